"""What a loan of a product is like: its price, its schedule, and what happens where it is paid early or late."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.loans.domain.terms import ALLOCATIONS
from apps.loans.products.models.choices import (
    ADVANCED,
    ALLOCATION,
    COMPOUNDING,
    DAYS_IN_MONTH,
    DAYS_IN_YEAR,
    EARLY_PAYMENTS,
    PAYOFFS,
    PENALTY_EVERY,
    PENALTY_OF,
    RATE_PER,
    REBATES,
    RESTS,
    SCHEDULE_TYPES,
    WORKING_DAY_RULES,
    Amortization,
    Frequency,
    InterestMethod,
    InterestPeriod,
)


class LoanTerms(models.Model):
    """The settings that a loan of the product takes with it, in the form of docs/loan-engine.md."""

    repay_every = models.PositiveSmallIntegerField(
        "periods between installments", default=1, validators=[MinValueValidator(1), MaxValueValidator(366)]
    )
    frequency = models.CharField("counted in", max_length=10, choices=Frequency.choices, default=Frequency.MONTHS)

    rate = models.DecimalField(
        "interest rate (%)", max_digits=7, decimal_places=4, validators=[MinValueValidator(0), MaxValueValidator(1000)]
    )
    rate_per = models.CharField("per", max_length=5, choices=RATE_PER, default="year")
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
    disbursement_fee_percent = models.DecimalField(
        "fee kept at disbursement (%)",
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(50)],
    )
    allocation = models.CharField("receipts pay", max_length=90, choices=ALLOCATION, default=ALLOCATIONS[0])
    allocation_rules = models.JSONField("our own order", null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def annual_rate(self) -> Decimal:
        """Nominal percent a year."""
        return self.rate * self.periods_in_year

    @property
    def periods_in_year(self) -> int:
        """How often a year the rate is taken."""
        return 12 if self.rate_per == "month" else 1

    def has_fee(self) -> bool:
        """True when a borrower pays for anything but interest and lateness."""
        return bool(self.disbursement_fee_percent) or any(c.get("kind") == "fee" for c in self.charges or [])

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
        """The loan case form of a loan of this product; kept with the loan as its agreed terms.

        `rate` is the one agreed to, by default the product's; dates are in ISO's form.
        """
        return {
            "currency": {"code": currency, "decimals": 2, "multiple": 0},
            "submitted_on": submitted_on,
            "principal": f"{principal:.2f}",
            **self._interest(self.rate if rate is None else rate),
            **self._schedule(installments),
            **self._due_dates(holidays or [], meets_from),
            **self._charges(),
            **self._receipts(),
        }

    def _interest(self, rate: Decimal) -> dict[str, Any]:
        terms: dict[str, Any] = {
            "rate": _plain(rate),
            "rate_per": self.rate_per,
            "interest_method": self.interest_method,
            "interest_period": self.interest_period,
            "days_in_year": self.days_in_year,
            "days_in_month": self.days_in_month,
        }
        if self.recalculate_interest:
            terms["recalculate_interest"] = {
                "rest": self.recalculation_rest,
                "compounding": self.recalculation_compounding,
                "payoff": self.recalculation_payoff,
                "early_payment": self.early_payment,
            }
        return terms

    def _schedule(self, installments: int) -> dict[str, Any]:
        terms: dict[str, Any] = {
            "schedule_type": self.schedule_type,
            "amortization": self.amortization,
            "installments": installments,
            "grace": {
                "principal": min(self.grace_principal, installments - 1),
                "interest_payment": min(self.grace_interest_payment, installments),
                "interest_free": min(self.grace_interest_free, installments),
            },
        }
        return terms | self._where_set("installment_multiple", "fixed_principal_percent", "down_payment_percent")

    def _due_dates(self, holidays: list[str], meets_from: str | None) -> dict[str, Any]:
        terms: dict[str, Any] = {"repay_every": self.repay_every, "frequency": self.frequency}
        if meets_from:
            terms["meets_from"] = meets_from
        elif self.due_day:
            terms["due_day"] = self.due_day
        if self.working_day_rule != "keep":
            terms["working_days"] = {"rule": self.working_day_rule, "weekend": [6, 7], "holidays": holidays}
        return terms

    def _charges(self) -> dict[str, Any]:
        charges = list(self.charges or [])
        if self.disbursement_fee_percent:
            charges.insert(0, _disbursement_fee(self.disbursement_fee_percent))
        return {"charges": charges} | self._where_set("savings_percent")

    def _receipts(self) -> dict[str, Any]:
        """What receipts pay, and what comes of it where they are early or late."""
        terms: dict[str, Any] = {
            "allocation": self.allocation_rules if self.allocation == ADVANCED else self.allocation,
            "settlement_rebate": self.settlement_rebate,
            "in_duplum": self.in_duplum,
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

    def _where_set(self, *names: str) -> dict[str, str]:
        return {name: _plain(value) for name in names if (value := getattr(self, name))}


def _disbursement_fee(percent: Decimal) -> dict[str, str]:
    return {
        "name": "Disbursement fee",
        "kind": "fee",
        "timing": "disbursement",
        "calculation": "percent",
        "amount": _plain(percent),
        "of": "principal",
    }


def _plain(value: Decimal) -> str:
    return f"{Decimal(value).normalize():f}"
