"""An application that is not handed in yet. It may change until it is; nothing is decided on it."""

from __future__ import annotations

from django.db import models

from apps.loans.book.models import Loan
from apps.loans.groups.models import Group
from apps.loans.products.models import LoanPurpose, Product
from apps.mfis.core.tables import Revisioned
from apps.users.accounts.models import Account


class ApplicationDraftQuerySet(models.QuerySet["ApplicationDraft"]):
    def open(self) -> ApplicationDraftQuerySet:
        """Those that are neither handed in nor discarded."""
        return self.filter(is_active=True)


class ApplicationDraft(Revisioned):
    """What was filled in so far; `loan` is what it became once it was handed in."""

    borrower = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="drafts")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    principal = models.DecimalField("amount", max_digits=12, decimal_places=2, null=True, blank=True)
    installments = models.PositiveSmallIntegerField(null=True, blank=True)
    rate = models.DecimalField("rate (%)", max_digits=7, decimal_places=4, null=True, blank=True)
    purpose = models.CharField(max_length=200, blank=True)
    listed_purpose = models.ForeignKey(
        LoanPurpose, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="purpose"
    )
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    entered_by = models.CharField(max_length=150)
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, null=True, related_name="+")
    is_active = models.BooleanField("open", default=True)

    objects = ApplicationDraftQuerySet.as_manager()

    class Meta:
        verbose_name = "draft"
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["borrower"], name="draft_open", condition=models.Q(is_active=True))]

    def __str__(self) -> str:
        return f"Draft of {self.borrower}"
