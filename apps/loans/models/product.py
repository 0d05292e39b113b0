"""What an MFI lends: the limits of a loan and how it is priced."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.loans.domain.reading import parse_terms
from apps.loans.domain.terms import ALLOCATIONS, BadCase, Terms
from apps.mfis.models import Revisioned

# Order 25 of 1989: a money lender takes at most 25 % a year and no initiation, administration or insurance fee.
MONEY_LENDER_RATE = Decimal(25)

DAYS_IN_YEAR = [("actual", "Actual"), ("360", "360"), ("364", "364"), ("365", "365")]
DAYS_IN_MONTH = [("actual", "Actual"), ("30", "30")]
SCHEDULE_TYPES = [("cumulative", "Cumulative"), ("progressive", "Progressive")]
WORKING_DAY_RULES = [("keep", "Stays"), ("next", "Next working day"), ("previous", "Working day before")]
EARLY_PAYMENTS = [
    ("last_unpaid", "Makes the last installment less"),
    ("reduce_amount", "Makes the installments less"),
    ("reduce_installments", "Makes the term shorter"),
    ("next_installments", "Counts for the next installments"),
]
RESTS = [("daily", "Every day"), ("same_as_repayment", "At each due date")]
COMPOUNDING = [("none", "No"), ("interest", "Yes")]
PAYOFFS = [("to_the_day", "To the day"), ("to_the_rest_date", "To the next due date")]
ADVANCED = "advanced"
REBATES = [("none", "None"), ("actuarial", "Actuarial"), ("rule_of_78", "Rule of 78")]
PENALTY_OF = [("principal", "Overdue principal"), ("principal_and_interest", "Overdue principal and interest")]
PENALTY_EVERY = [("once", "Once"), ("month", "Every month")]


class Product(Revisioned):
    """A kind of loan. Each change raises `version`; a loan keeps the terms it was applied for."""

    class InterestMethod(models.TextChoices):
        DECLINING = "declining_balance", "Declining balance"
        FLAT = "flat", "Flat"

    class Amortization(models.TextChoices):
        EQUAL_INSTALLMENTS = "equal_installments", "Equal installments"
        EQUAL_PRINCIPAL = "equal_principal", "Equal principal"
        BULLET = "bullet", "Interest only, principal at the end"

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
        "interest rate (%)", max_digits=7, decimal_places=4, validators=[MinValueValidator(0), MaxValueValidator(1000)]
    )
    rate_per = models.CharField("per", max_length=5, choices=[("year", "Year"), ("month", "Month")], default="year")
    interest_method = models.CharField("interest", max_length=20, choices=InterestMethod.choices)
    interest_period = models.CharField(
        "interest counted", max_length=20, choices=InterestPeriod.choices, default=InterestPeriod.SAME
    )
    amortization = models.CharField(
        max_length=20, choices=Amortization.choices, default=Amortization.EQUAL_INSTALLMENTS
    )
    rate_min = models.DecimalField(
        "lowest rate (%)",
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="Empty: the rate is fixed.",
    )
    rate_max = models.DecimalField(
        "highest rate (%)", max_digits=7, decimal_places=4, null=True, blank=True, validators=[MaxValueValidator(1000)]
    )
    days_in_year = models.CharField(max_length=6, choices=DAYS_IN_YEAR, default="actual")
    days_in_month = models.CharField(max_length=6, choices=DAYS_IN_MONTH, default="actual")
    grace_principal = models.PositiveSmallIntegerField("first installments without principal", default=0)
    grace_interest_payment = models.PositiveSmallIntegerField("first installments without interest to pay", default=0)
    grace_interest_free = models.PositiveSmallIntegerField("first installments that bear no interest", default=0)
    installment_multiple = models.DecimalField(
        "installments are multiples of",
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01"))],
    )
    fixed_principal_percent = models.DecimalField(
        "principal of each installment (%)",
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(100)],
    )
    down_payment_percent = models.DecimalField(
        "down payment (%)",
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(90)],
    )
    due_day = models.PositiveSmallIntegerField(
        "falls due on day of month",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text="The pay day, for salary loans.",
    )
    working_day_rule = models.CharField(
        "on a weekend or holiday", max_length=10, choices=WORKING_DAY_RULES, default="keep"
    )
    schedule_type = models.CharField("schedule", max_length=12, choices=SCHEDULE_TYPES, default="cumulative")
    recalculate_interest = models.BooleanField(
        "interest follows what is paid",
        default=False,
        help_text="Early payment makes interest less, late payment more.",
    )
    early_payment = models.CharField("paid early", max_length=20, choices=EARLY_PAYMENTS, default="last_unpaid")
    recalculation_rest = models.CharField("interest counted anew", max_length=20, choices=RESTS, default="daily")
    recalculation_compounding = models.CharField(
        "interest on overdue interest", max_length=10, choices=COMPOUNDING, default="none"
    )
    recalculation_payoff = models.CharField(
        "settling takes interest", max_length=20, choices=PAYOFFS, default="to_the_day"
    )
    settlement_rebate = models.CharField("rebate for settling early", max_length=12, choices=REBATES, default="none")
    in_duplum = models.BooleanField(
        "in duplum", default=False, help_text="Unpaid interest and penalties never exceed the principal outstanding."
    )
    savings_percent = models.DecimalField(
        "savings held back (%)",
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(90)],
    )
    penalty_percent = models.DecimalField(
        "penalty on what is overdue (%)",
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(100)],
    )
    penalty_of = models.CharField("penalty is of", max_length=25, choices=PENALTY_OF, default="principal")
    penalty_after_days = models.PositiveSmallIntegerField("penalty after days late", default=0)
    penalty_grace_days = models.PositiveSmallIntegerField("penalty-free days after the due date", default=0)
    penalty_every = models.CharField("penalty", max_length=6, choices=PENALTY_EVERY, default="once")
    charges = models.JSONField(
        default=list,
        blank=True,
        help_text="In the form of docs/loan-engine.md: name, kind, timing, calculation, amount.",
    )
    cycle_min = models.PositiveSmallIntegerField(
        "loans repaid before", default=0, help_text="How many loans a borrower must have closed to be offered this one."
    )
    exposure_max = models.DecimalField(
        "most owed by one borrower",
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="This loan and all principal outstanding here together.",
    )
    affordability_percent = models.DecimalField(
        "installments at most (% of net pay)",
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    tranches_max = models.PositiveSmallIntegerField(
        "paid out in at most (parts)", default=1, validators=[MinValueValidator(1), MaxValueValidator(24)]
    )
    disbursement_fee_percent = models.DecimalField(
        "fee kept at disbursement (%)",
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(50)],
    )
    allocation = models.CharField(
        "receipts pay",
        max_length=90,
        choices=[
            (ALLOCATIONS[0], "Penalties, fees, interest, principal"),
            (ALLOCATIONS[1], "When due as before; paid early, principal first"),
            (ALLOCATIONS[2], "Penalties, interest, principal, fees"),
            (ADVANCED, "In an order of our own"),
        ],
        default=ALLOCATIONS[0],
    )
    allocation_rules = models.JSONField("our own order", null=True, blank=True)

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

    def has_fee(self) -> bool:
        """True when a borrower pays for anything but interest and lateness."""
        return bool(self.disbursement_fee_percent) or any(c.get("kind") == "fee" for c in self.charges or [])

    def check_licence(self, *, money_lender: bool) -> None:
        """Refuses a price that the MFI's licence does not allow.

        Raises:
            ValidationError: naming the rule, by field.
        """
        faults = {}
        highest = (self.rate_max or self.rate) * (12 if self.rate_per == "month" else 1)
        if money_lender and max(highest, self.annual_rate) > MONEY_LENDER_RATE:
            faults["rate" if self.annual_rate > MONEY_LENDER_RATE else "rate_max"] = (
                f"{max(highest, self.annual_rate).normalize():f} % a year breaks the Money Lenders Order (25 of 1989): "
                f"a money lender takes at most {MONEY_LENDER_RATE} % a year."
            )
        if money_lender and self.has_fee():
            faults["disbursement_fee_percent" if self.disbursement_fee_percent else "charges"] = (
                "The Money Lenders Order (25 of 1989) allows a money lender no initiation or administration fee."
            )
        if faults:
            raise ValidationError(faults)

    def clean(self) -> None:
        """Refuses settings that the engine cannot compute together, in the engine's own words.

        Raises:
            ValidationError: by field where the fault belongs to one.
        """
        if None in (self.rate, self.principal_default, self.installments_default, self.repay_every):
            return  # the fields' own faults come first
        if (self.rate_min is not None and self.rate_min > self.rate) or (
            self.rate_max is not None and self.rate_max < self.rate
        ):
            raise ValidationError({"rate": "The lowest, usual and highest rate must be in that order."})
        if self.allocation == ADVANCED and not self.allocation_rules:
            raise ValidationError({"allocation_rules": "Give the order in which receipts pay."})
        if not isinstance(self.charges, list):
            raise ValidationError({"charges": "Give a list of charges."})
        try:
            self.terms(
                principal=self.principal_default,
                installments=self.installments_default,
                submitted_on="2026-01-01",
                currency="LSL",
            )
        except BadCase as error:
            faults: dict[str, list[str]] = {}
            for fault in error.faults:
                name = fault.path.split(".")[1].split("[")[0] if "." in fault.path else ""
                known = name if name in {f.name for f in self._meta.fields} else NON_FIELD_ERRORS
                faults.setdefault(known, []).append(f"{fault.path.removeprefix('terms.')} {fault.problem}")
            raise ValidationError(faults) from None

    def terms_json(
        self,
        *,
        principal: Decimal,
        installments: int,
        submitted_on: str,
        currency: str,
        rate: Decimal | None = None,
        holidays: list[str] | None = None,
        meets_from: str | None = None,
    ) -> dict[str, Any]:
        """The loan case form of a loan of this product; kept with the loan as its agreed terms."""
        charges = list(self.charges or [])
        if self.disbursement_fee_percent:
            charges.insert(
                0,
                {
                    "name": "Disbursement fee",
                    "kind": "fee",
                    "timing": "disbursement",
                    "calculation": "percent",
                    "amount": _plain(self.disbursement_fee_percent),
                    "of": "principal",
                },
            )
        grace = {
            "principal": self.grace_principal,
            "interest_payment": self.grace_interest_payment,
            "interest_free": self.grace_interest_free,
        }
        terms: dict[str, Any] = {
            "currency": {"code": currency, "decimals": 2, "multiple": 0},
            "submitted_on": submitted_on,
            "principal": f"{principal:.2f}",
            "rate": _plain(self.rate if rate is None else rate),
            "rate_per": self.rate_per,
            "interest_method": self.interest_method,
            "interest_period": self.interest_period,
            "amortization": self.amortization,
            "installments": installments,
            "repay_every": self.repay_every,
            "frequency": self.frequency,
            "days_in_year": self.days_in_year,
            "days_in_month": self.days_in_month,
            "grace": {key: min(value, installments - (key == "principal")) for key, value in grace.items()},
            "allocation": self.allocation_rules if self.allocation == ADVANCED else self.allocation,
            "charges": charges,
            "schedule_type": self.schedule_type,
            "settlement_rebate": self.settlement_rebate,
            "in_duplum": self.in_duplum,
        }
        for name in ("installment_multiple", "fixed_principal_percent", "down_payment_percent", "savings_percent"):
            if value := getattr(self, name):
                terms[name] = _plain(value)
        if meets_from:
            terms["meets_from"] = meets_from
        elif self.due_day:
            terms["due_day"] = self.due_day
        if self.working_day_rule != "keep":
            terms["working_days"] = {"rule": self.working_day_rule, "weekend": [6, 7], "holidays": holidays or []}
        if self.recalculate_interest:
            terms["recalculate_interest"] = {
                "rest": self.recalculation_rest,
                "compounding": self.recalculation_compounding,
                "payoff": self.recalculation_payoff,
                "early_payment": self.early_payment,
            }
        if self.penalty_percent:
            terms["overdue_penalty"] = {
                "percent": _plain(self.penalty_percent),
                "of": self.penalty_of,
                "after_days": self.penalty_after_days,
                "grace_days": self.penalty_grace_days,
                "every": self.penalty_every,
            }
        return terms

    def terms(self, **wanted: Any) -> Terms:
        return parse_terms(self.terms_json(**wanted))


def _plain(value: Decimal) -> str:
    return f"{Decimal(value).normalize():f}"
