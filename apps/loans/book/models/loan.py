"""A loan's agreed terms: what was applied for, by whom. Written once; what became of it is in its events."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models

from apps.loans.domain.terms import Terms
from apps.loans.domain.terms_parser import parse_agreed_terms
from apps.loans.products.models import Product
from apps.mfis.core.tables import Fact
from apps.users.accounts.models import Account
from apps.users.accounts.selectors import belongs_to


class LoanQuerySet(models.QuerySet["Loan"]):
    """Loans, by the questions that are asked of them."""

    def of_borrower(self, account_id: UUID | None) -> LoanQuerySet:
        """Those of an account, and of those that were merged into it."""
        return self.filter(belongs_to(account_id))

    def projected(self) -> LoanQuerySet:
        """Those whose state is known: one that just arrived from another node is folded in a moment."""
        return self.filter(state__isnull=False)


class Loan(Fact):
    """An application, and the loan it becomes. `terms` is the loan case form of docs/loan-engine.md."""

    number = models.CharField(max_length=16, editable=False, db_index=True)
    borrower = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="loans")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="loans")
    group = models.ForeignKey("loans.Group", on_delete=models.PROTECT, null=True, related_name="loans")
    product_version = models.PositiveIntegerField()
    terms_agreed = models.JSONField("terms")
    principal = models.DecimalField(max_digits=12, decimal_places=2)
    purpose = models.CharField(max_length=200, blank=True)
    submitted_on = models.DateField("applied on")

    objects = LoanQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [models.CheckConstraint(condition=models.Q(principal__gt=0), name="loan_principal_positive")]
        indexes = [
            models.Index(fields=["-recorded_at", "-id"], name="loan_newest_first"),
            models.Index(fields=["borrower", "-recorded_at"], name="loan_of_borrower"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def terms(self) -> Terms:
        return parse_agreed_terms(self.terms_agreed)

    @property
    def currency(self) -> str:
        unit: dict[str, Any] = self.terms_agreed.get("currency", {})
        return str(unit.get("code", "LSL"))

    def is_of(self, account_id: UUID | None) -> bool:
        """True when the account applied for it, or the one that did was merged into it."""
        return account_id is not None and account_id in (self.borrower_id, self.borrower.merged_into_id)
