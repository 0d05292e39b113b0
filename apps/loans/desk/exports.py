"""What a list of loans looks like as a spreadsheet."""

from __future__ import annotations

from typing import Any

from import_export.fields import Field
from import_export.resources import ModelResource

from apps.loans.book.models import Loan


class LoanResource(ModelResource):  # type: ignore[misc]
    """Loans with their balances, amounts as numbers and dates as dates."""

    number = Field("number", "Loan")
    borrower = Field("borrower__full_name", "Borrower")
    phone = Field("borrower__phone", "Phone")
    product = Field("product__name", "Product")
    submitted_on = Field("submitted_on", "Applied on")
    disbursed_on = Field("state__disbursed_on", "Disbursed on")
    principal = Field("principal", "Principal")
    principal_outstanding = Field("state__principal_outstanding", "Principal outstanding")
    interest_outstanding = Field("state__interest_outstanding", "Interest outstanding")
    oldest_due_date = Field("state__oldest_due_date", "Oldest due date")
    status = Field(column_name="Status")

    class Meta:
        model = Loan
        fields = (
            "number",
            "borrower",
            "phone",
            "product",
            "submitted_on",
            "disbursed_on",
            "principal",
            "principal_outstanding",
            "interest_outstanding",
            "oldest_due_date",
            "status",
        )

    def dehydrate_status(self, loan: Any) -> str:
        return str(loan.state.get_status_display())
