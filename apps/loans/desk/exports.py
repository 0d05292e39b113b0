"""What a list of loans looks like as a spreadsheet."""

from __future__ import annotations

from apps.users.exporting.lists import ExportColumn

LOAN_COLUMNS = (
    ExportColumn("Loan", "number"),
    ExportColumn("Number elsewhere", "external_number"),
    ExportColumn("Borrower", "borrower.full_name"),
    ExportColumn("Phone", "borrower.phone"),
    ExportColumn("Product", "product.name"),
    ExportColumn("Applied on", "submitted_on"),
    ExportColumn("Disbursed on", "state.disbursed_on"),
    ExportColumn("Principal", "principal"),
    ExportColumn("Principal outstanding", "state.principal_outstanding"),
    ExportColumn("Interest outstanding", "state.interest_outstanding"),
    ExportColumn("Oldest due date", "state.oldest_due_date"),
    ExportColumn("Status", lambda loan: loan.state.get_status_display()),
)

# What the columns above are made of; the rest of the rows is several times as much.
EXPORTED = (
    "number",
    "external_number",
    "submitted_on",
    "asked_principal",
    "borrower__full_name",
    "borrower__phone",
    "product__name",
    "state__status",
    "state__amended",
    "state__disbursed_on",
    "state__principal_outstanding",
    "state__interest_outstanding",
    "state__oldest_due_date",
)
