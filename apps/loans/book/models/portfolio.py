"""In whose portfolio a loan is: the facts, and the last of them for lists to filter by.

Narrow and apart from a loan's state, as a receipt changes the one and never the other.
"""

from __future__ import annotations

from django.db import models

from apps.loans.book.models.loan import Loan
from apps.mfis.core.tables import Projection
from apps.users.accounts.models import Account, Assignment, Branch


class LoanAssignment(Assignment):
    """In whose hands a loan is from a day on. The first row comes with the loan, by the database."""

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="assignments", db_index=False)

    class Meta:
        ordering = ["value_date", "recorded_at", "id"]
        indexes = [models.Index(fields=["loan", "value_date"], name="assignment_of_loan")]

    def __str__(self) -> str:
        return f"{self.loan_id}: {self.branch_id} from {self.value_date}"


class LoanPortfolio(Projection):
    """Branch and officer of a loan by its last assignment; `letsema_assigned` in the database keeps it."""

    loan = models.OneToOneField(Loan, on_delete=models.PROTECT, primary_key=True, related_name="portfolio")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    officer = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    since = models.DateField()

    class Meta:
        ordering = ["loan"]
        indexes = [
            models.Index(fields=["branch", "loan"], name="portfolio_by_branch"),
            models.Index(fields=["officer", "loan"], name="portfolio_by_officer"),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id}: {self.branch_id}, since {self.since}"
