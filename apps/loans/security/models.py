"""What stands behind a loan: people who answer for it, and things pledged."""

from __future__ import annotations

from django.db import models

from apps.loans.book.models import Loan
from apps.mfis.core.tables import Revisioned


class Guarantor(Revisioned):
    """A person who answers for a loan, up to an amount."""

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="guarantors")
    full_name = models.CharField(max_length=150)
    phone = models.CharField(max_length=16, blank=True)
    relation = models.CharField("relation to the borrower", max_length=60, blank=True)
    amount = models.DecimalField("answers for", max_digits=12, decimal_places=2)
    is_active = models.BooleanField("stands", default=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="guarantor_newest_first"),
            models.Index(fields=["is_active"], name="guarantor_by_state"),
        ]
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="guarantor_amount_positive")]

    def __str__(self) -> str:
        return self.full_name


class Collateral(Revisioned):
    """A thing pledged for a loan."""

    class Kind(models.TextChoices):
        VEHICLE = "vehicle", "Vehicle"
        LIVESTOCK = "livestock", "Livestock"
        EQUIPMENT = "equipment", "Tools and equipment"
        HOUSEHOLD = "household", "Household goods"
        STOCK = "stock", "Stock in trade"
        LEASE = "lease", "Land lease"
        OTHER = "other", "Other"

    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="collaterals")
    what = models.CharField("kind", max_length=12, choices=Kind.choices)
    description = models.CharField(max_length=200)
    serial = models.CharField("registration or serial no.", max_length=60, blank=True)
    value = models.DecimalField("estimated value", max_digits=12, decimal_places=2)
    is_active = models.BooleanField("held", default=True)

    class Meta:
        verbose_name_plural = "collateral"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="collateral_newest_first"),
            models.Index(fields=["what", "is_active"], name="collateral_by_kind"),
            models.Index(fields=["is_active"], name="collateral_by_state"),
        ]
        constraints = [models.CheckConstraint(condition=models.Q(value__gt=0), name="collateral_value_positive")]

    def __str__(self) -> str:
        return self.description
