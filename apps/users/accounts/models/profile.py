"""What an MFI knows about a borrower, beside how to reach them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from apps.mfis.core.tables import Revisioned
from apps.mfis.tenancy.districts import District
from apps.users.accounts.models.account import Account
from apps.users.accounts.models.branch import Branch
from apps.users.accounts.models.employer import Employer
from apps.users.accounts.particulars import Education, Gender, MaritalStatus, Sector, Wallet

_TEXT: dict[str, Any] = {"blank": True, "default": "", "db_default": ""}


class BorrowerProfile(models.Model):
    """A borrower's identity and means. Its key is the account's, so there can be only one.

    `branch` and `officer` are those of the last `BorrowerAssignment`; a hand-over changes both.
    """

    kind = Revisioned.kind

    account = models.OneToOneField(Account, on_delete=models.PROTECT, primary_key=True, related_name="profile")
    national_id = models.CharField("national ID", max_length=20, blank=True, null=True)
    # What the borrower entered where another borrower has that number: whoever reviews looks at the card.
    claimed_national_id = models.CharField(max_length=20, null=True, editable=False)
    # What another system called the borrower: loans and groups that come from there name them by it.
    client_number = models.CharField(max_length=40, blank=True, null=True, help_text="Of the system moved in from.")
    national_id_expires = models.DateField("national ID expires", null=True, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    gender = models.CharField(max_length=6, choices=Gender.choices, **_TEXT)
    marital_status = models.CharField(max_length=9, choices=MaritalStatus.choices, **_TEXT)
    dependants = models.PositiveSmallIntegerField(null=True, blank=True)
    education = models.CharField(max_length=10, choices=Education.choices, **_TEXT)

    district = models.CharField(max_length=20, choices=District.choices, blank=True)
    village = models.CharField("village or town", max_length=80, blank=True)
    landmark = models.CharField(max_length=200, help_text="How a visitor finds the house.", **_TEXT)

    kin_name = models.CharField("next of kin", max_length=150, **_TEXT)
    kin_relation = models.CharField("relation", max_length=40, **_TEXT)
    kin_phone = models.CharField("phone of the next of kin", max_length=20, **_TEXT)

    occupation = models.CharField(max_length=80, **_TEXT)
    sector = models.CharField("business sector", max_length=12, choices=Sector.choices, **_TEXT)
    employer = models.CharField(max_length=120, blank=True)
    listed_employer = models.ForeignKey(
        Employer, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="employer on the list"
    )
    employee_number = models.CharField(max_length=40, **_TEXT)
    net_monthly_income = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)

    # Where a loan is paid out to.
    wallet = models.CharField(max_length=8, choices=Wallet.choices, **_TEXT)
    wallet_number = models.CharField(max_length=16, **_TEXT)
    bank_name = models.CharField("bank", max_length=60, **_TEXT)
    bank_branch_code = models.CharField("bank's branch code", max_length=20, **_TEXT)
    bank_account = models.CharField("bank account", max_length=40, **_TEXT)

    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    officer = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, editable=False, related_name="+")

    class Meta:
        verbose_name = "borrower"
        ordering = ["account"]
        indexes = [
            models.Index(fields=["district"], name="profile_by_district"),
            models.Index(fields=["gender"], name="profile_by_gender"),
            models.Index(fields=["sector"], name="profile_by_sector"),
            models.Index(fields=["date_of_birth"], name="profile_by_birth"),
            models.Index(
                fields=["national_id_expires"], name="profile_by_expiry", condition=Q(national_id_expires__isnull=False)
            ),
            models.Index(fields=["account"], name="profile_without_id", condition=Q(national_id__isnull=True)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(net_monthly_income__isnull=True) | Q(net_monthly_income__gte=0),
                name="profile_income_not_negative",
            )
        ]

    def __str__(self) -> str:
        return str(self.account)

    @property
    def employer_name(self) -> str:
        """Whom the borrower works for: by the list, or as it was written."""
        return self.listed_employer.name if self.listed_employer else self.employer
