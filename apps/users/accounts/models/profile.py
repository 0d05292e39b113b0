"""What an MFI knows about a borrower, beside how to reach them."""

from __future__ import annotations

from django.db import models

from apps.mfis.core.tables import Revisioned
from apps.mfis.tenancy.districts import District
from apps.users.accounts.models.account import Account


class BorrowerProfile(models.Model):
    """A borrower's identity and means. Its key is the account's, so there can be only one."""

    kind = Revisioned.kind

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True, related_name="profile")
    national_id = models.CharField("national ID", max_length=20, blank=True, null=True)
    # What the borrower entered where another borrower has that number: whoever reviews looks at the card.
    claimed_national_id = models.CharField(max_length=20, null=True, editable=False)
    national_id_expires = models.DateField("national ID expires", null=True, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    district = models.CharField(max_length=20, choices=District.choices, blank=True)
    village = models.CharField("village or town", max_length=80, blank=True)
    employer = models.CharField(max_length=120, blank=True)
    net_monthly_income = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = "borrower"
        ordering = ["account"]
        indexes = [models.Index(fields=["district"], name="profile_by_district")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(net_monthly_income__isnull=True) | models.Q(net_monthly_income__gte=0),
                name="profile_income_not_negative",
            )
        ]

    def __str__(self) -> str:
        return str(self.account)
