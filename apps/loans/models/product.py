"""What an MFI lends: the limits of a loan and how it is priced."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.loans.domain.reading import parse_terms
from apps.loans.domain.terms import ALLOCATIONS, Terms
from apps.mfis.models import Revisioned

# Order 25 of 1989: a money lender takes at most 25 % a year and no initiation, administration or insurance fee.
MONEY_LENDER_RATE = Decimal(25)


class Product(Revisioned):
    """A kind of loan. Each change raises `version`; a loan keeps the terms it was applied for."""

    class InterestMethod(models.TextChoices):
        DECLINING = "declining_balance", "Declining balance"
        FLAT = "flat", "Flat"

    class Amortization(models.TextChoices):
        EQUAL_INSTALLMENTS = "equal_installments", "Equal installments"
        EQUAL_PRINCIPAL = "equal_principal", "Equal principal"

    class InterestPeriod(models.TextChoices):
        SAME = "same_as_repayment", "By installment"
        DAILY = "daily", "By day"

    class Frequency(models.TextChoices):
        DAYS = "days", "Days"
        WEEKS = "weeks", "Weeks"
        MONTHS = "months", "Months"

    name = models.CharField(max_length=80)
    description = models.CharField(max_length=200, blank=True, help_text="One sentence for borrowers.")
    is_active = models.BooleanField("offered", default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    principal_min = models.DecimalField("least amount", max_digits=12, decimal_places=2)
    principal_default = models.DecimalField("usual amount", max_digits=12, decimal_places=2)
    principal_max = models.DecimalField("most amount", max_digits=12, decimal_places=2)
    installments_min = models.PositiveSmallIntegerField("fewest installments")
    installments_default = models.PositiveSmallIntegerField("usual installments")
    installments_max = models.PositiveSmallIntegerField("most installments", validators=[MaxValueValidator(360)])
    repay_every = models.PositiveSmallIntegerField(
        "periods between installments", default=1, validators=[MinValueValidator(1), MaxValueValidator(366)]
    )
    frequency = models.CharField("counted in", max_length=10, choices=Frequency.choices, default=Frequency.MONTHS)

    rate = models.DecimalField(
        "interest rate (%)",
        max_digits=7,
        decimal_places=4,
        validators=[MinValueValidator(0), MaxValueValidator(1000)],
    )
    rate_per = models.CharField("per", max_length=5, choices=[("year", "Year"), ("month", "Month")], default="year")
    interest_method = models.CharField("interest", max_length=20, choices=InterestMethod.choices)
    interest_period = models.CharField(
        "interest counted", max_length=20, choices=InterestPeriod.choices, default=InterestPeriod.SAME
    )
    amortization = models.CharField(
        max_length=20, choices=Amortization.choices, default=Amortization.EQUAL_INSTALLMENTS
    )
    disbursement_fee_percent = models.DecimalField(
        "fee kept at disbursement (%)", max_digits=5, decimal_places=2, default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(50)],
    )  # fmt: skip
    allocation = models.CharField(
        "receipts pay",
        max_length=90,
        choices=list(
            zip(
                ALLOCATIONS,
                (
                    "Penalties, fees, interest, principal",
                    "When due as before; paid early, principal first",
                    "Penalties, interest, principal, fees",
                ),
                strict=True,
            )
        ),
        default=ALLOCATIONS[0],
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(principal_min__gt=0)
                & models.Q(principal_min__lte=models.F("principal_default"))
                & models.Q(principal_default__lte=models.F("principal_max")),
                name="product_amounts_in_order",
                violation_error_message="The least, usual and most amount must be in that order, and above zero.",
            ),
            models.CheckConstraint(
                condition=models.Q(installments_min__gte=1)
                & models.Q(installments_min__lte=models.F("installments_default"))
                & models.Q(installments_default__lte=models.F("installments_max")),
                name="product_installments_in_order",
                violation_error_message="The fewest, usual and most installments must be in that order, from 1.",
            ),
            models.CheckConstraint(condition=models.Q(rate__gte=0), name="product_rate_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def annual_rate(self) -> Decimal:
        """Nominal percent a year."""
        return self.rate * (12 if self.rate_per == "month" else 1)

    def check_licence(self, *, money_lender: bool) -> None:
        """Refuses a price that the MFI's licence does not allow.

        Raises:
            ValidationError: naming the rule, by field.
        """
        faults = {}
        if money_lender and self.annual_rate > MONEY_LENDER_RATE:
            faults["rate"] = (
                f"{self.annual_rate.normalize():f} % a year breaks the Money Lenders Order (25 of 1989): a money "
                f"lender takes at most {MONEY_LENDER_RATE} % a year."
            )
        if money_lender and self.disbursement_fee_percent:
            faults["disbursement_fee_percent"] = (
                "The Money Lenders Order (25 of 1989) allows a money lender no initiation or administration fee."
            )
        if faults:
            raise ValidationError(faults)

    def terms_json(self, *, principal: Decimal, installments: int, submitted_on: str, currency: str) -> dict[str, Any]:
        """The loan case form of a loan of this product; kept with the loan as its agreed terms."""
        charges = []
        if self.disbursement_fee_percent:
            charges.append(
                {"name": "Disbursement fee", "kind": "fee", "timing": "disbursement", "calculation": "percent",
                 "amount": f"{self.disbursement_fee_percent.normalize():f}", "of": "principal"}
            )  # fmt: skip
        return {
            "currency": {"code": currency, "decimals": 2, "multiple": 0},
            "submitted_on": submitted_on,
            "principal": f"{principal:.2f}",
            "rate": f"{self.rate.normalize():f}",
            "rate_per": self.rate_per,
            "interest_method": self.interest_method,
            "interest_period": self.interest_period,
            "amortization": self.amortization,
            "installments": installments,
            "repay_every": self.repay_every,
            "frequency": self.frequency,
            "allocation": self.allocation,
            "charges": charges,
            "schedule_type": "cumulative",
        }

    def terms(self, **wanted: Any) -> Terms:
        return parse_terms(self.terms_json(**wanted))
