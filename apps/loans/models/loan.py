"""A loan's agreed terms: what was applied for, by whom. Written once; what became of it is in its events."""

from __future__ import annotations

from typing import Any

from django.db import models

from apps.loans.domain.reading import parse_terms
from apps.loans.domain.terms import Terms
from apps.loans.models.group import Group
from apps.loans.models.product import Product
from apps.mfis.models import Fact
from apps.users.models import Account


class Loan(Fact):
    """An application, and the loan it becomes. `terms` is the loan case form of docs/loan-engine.md."""

    number = models.CharField(max_length=16, editable=False, db_index=True)
    borrower = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="loans")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="loans")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, related_name="loans")
    product_version = models.PositiveIntegerField()
    terms_agreed = models.JSONField("terms")
    principal = models.DecimalField(max_digits=12, decimal_places=2)
    purpose = models.CharField(max_length=200, blank=True)
    submitted_on = models.DateField("applied on")

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
        return parse_terms(self.terms_agreed)

    @property
    def currency(self) -> str:
        unit: dict[str, Any] = self.terms_agreed.get("currency", {})
        return str(unit.get("code", "LSL"))
