"""What a list of loans looks like as a spreadsheet."""

from __future__ import annotations

from apps.users.exporting.lists import ExportColumn

BORROWER_COLUMNS = (
    ExportColumn("Name", "account.full_name"),
    ExportColumn("Phone", "account.phone"),
    ExportColumn("E-mail", "account.email"),
    ExportColumn("National ID", "national_id"),
    ExportColumn("ID expires", "national_id_expires"),
    ExportColumn("Date of birth", "date_of_birth"),
    ExportColumn("Gender", "get_gender_display"),
    ExportColumn("Marital status", "get_marital_status_display"),
    ExportColumn("Dependants", "dependants"),
    ExportColumn("Education", "get_education_display"),
    ExportColumn("District", "get_district_display"),
    ExportColumn("Village or town", "village"),
    ExportColumn("Landmark", "landmark"),
    ExportColumn("Next of kin", "kin_name"),
    ExportColumn("Relation", "kin_relation"),
    ExportColumn("Phone of the next of kin", "kin_phone"),
    ExportColumn("Occupation", "occupation"),
    ExportColumn("Business sector", "get_sector_display"),
    ExportColumn("Employer", "employer_name"),
    ExportColumn("Client number", "client_number"),
    ExportColumn("Employee number", "employee_number"),
    ExportColumn("Net monthly income", "net_monthly_income"),
    ExportColumn("Wallet", "get_wallet_display"),
    ExportColumn("Wallet number", "wallet_number"),
    ExportColumn("Bank", "bank_name"),
    ExportColumn("Bank's branch code", "bank_branch_code"),
    ExportColumn("Account number", "bank_account"),
    ExportColumn("Branch", "branch.name"),
    ExportColumn("Officer", "officer.full_name"),
)

LOAN_COLUMNS = (
    ExportColumn("Loan", "number"),
    ExportColumn("Number elsewhere", "external_number"),
    ExportColumn("Borrower", "borrower.full_name"),
    ExportColumn("Phone", "borrower.phone"),
    ExportColumn("Product", "product.name"),
    ExportColumn("Purpose", "purpose_told"),
    ExportColumn("Sector", lambda loan: loan.listed_purpose.get_sector_display() if loan.listed_purpose else ""),
    ExportColumn("Branch", "portfolio.branch.name"),
    ExportColumn("Officer", "portfolio.officer.full_name"),
    ExportColumn("Gender", "borrower.profile.get_gender_display"),
    ExportColumn("District", "borrower.profile.get_district_display"),
    ExportColumn("Employer", "borrower.profile.employer_name"),
    ExportColumn("Applied on", "submitted_on"),
    ExportColumn("Disbursed on", "state.disbursed_on"),
    ExportColumn("Principal", "principal"),
    ExportColumn("Principal outstanding", "state.principal_outstanding"),
    ExportColumn("Interest outstanding", "state.interest_outstanding"),
    ExportColumn("Oldest due date", "state.oldest_due_date"),
    ExportColumn("Status", lambda loan: loan.state.get_status_display()),
)

# What export_columns need beside the row itself, in one query.
BESIDE = (
    "borrower",
    "borrower__profile__listed_employer",
    "product",
    "state",
    "listed_purpose",
    "portfolio__branch",
    "portfolio__officer",
)

# What the columns above are made of; the rest of the rows is several times as much.
EXPORTED = (
    "number",
    "external_number",
    "asked_purpose",
    "listed_purpose__name",
    "listed_purpose__sector",
    "portfolio__branch__name",
    "portfolio__officer__full_name",
    "borrower__profile__gender",
    "borrower__profile__district",
    "borrower__profile__employer",
    "borrower__profile__listed_employer__name",
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
