"""What an MFI lends: the limits of a loan, and who may have it."""

from __future__ import annotations

import re
from decimal import Decimal

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.loans.domain.terms_parser import parse_terms
from apps.loans.domain.violations import InvalidTerms
from apps.loans.products.models.choices import ADVANCED
from apps.loans.products.models.terms import LoanTerms
from apps.mfis.core.tables import Revisioned

# Order 25 of 1989: a money lender takes at most 25 % a year and no initiation, administration or insurance fee.
MONEY_LENDER_RATE = Decimal(25)


class ProductQuerySet(models.QuerySet["Product"]):
    def offered(self) -> ProductQuerySet:
        """Those that may be applied for."""
        return self.filter(is_active=True)


class Product(LoanTerms, Revisioned):
    """A kind of loan. Each change raises `version`; a loan keeps the terms it was applied for."""

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

    objects = ProductQuerySet.as_manager()

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

    def check_licence(self, *, money_lender: bool) -> None:
        """Refuses a price that the MFI's licence does not allow.

        Raises:
            ValidationError: naming the rule, by field.
        """
        if not money_lender:
            return
        faults = {}
        highest = max((self.rate_max or self.rate) * self.periods_in_year, self.annual_rate)
        if highest > MONEY_LENDER_RATE:
            faults["rate" if self.annual_rate > MONEY_LENDER_RATE else "rate_max"] = (
                f"{highest.normalize():f} % a year breaks the Money Lenders Order (25 of 1989): "
                f"a money lender takes at most {MONEY_LENDER_RATE} % a year."
            )
        if self.has_fee():
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
        lowest = self.rate if self.rate_min is None else self.rate_min
        highest = self.rate if self.rate_max is None else self.rate_max
        if not lowest <= self.rate <= highest:
            raise ValidationError({"rate": "The lowest, usual and highest rate must be in that order."})
        if self.allocation == ADVANCED and not self.allocation_rules:
            raise ValidationError({"allocation_rules": "Give the order in which receipts pay."})
        if not isinstance(self.charges, list):
            raise ValidationError({"charges": "Give a list of charges."})
        self._check_terms()

    def _check_terms(self) -> None:
        """Lets the engine read the terms of the usual loan."""
        usual = self.terms_json(
            principal=self.principal_default,
            installments=self.installments_default,
            submitted_on="2026-01-01",
            currency="LSL",
        )
        try:
            parse_terms(usual)
        except InvalidTerms as error:
            own = {field.name: field.verbose_name for field in self._meta.fields}
            faults: dict[str, list[str]] = {}
            for fault in error.violations:
                name = fault.path.split(".")[1].split("[")[0] if "." in fault.path else ""
                label = own[name] if name in own else _in_words(fault.path)
                sentence = f"{str(label).capitalize()} {fault.problem}."
                faults.setdefault(name if name in own else NON_FIELD_ERRORS, []).append(sentence)
            raise ValidationError(faults) from None


def _in_words(path: str) -> str:
    """A place in the terms as people say it: `terms.overdue_penalty.percent` is the overdue penalty's percent."""
    return " ".join(re.sub(r"\[\d+\]", "", path).removeprefix("$.").removeprefix("terms.").replace("_", " ").split("."))
