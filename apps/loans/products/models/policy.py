"""What an MFI has settled for all its lending: recognition of income, limits, holidays, ageing rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.mfis.core.once import read_once
from apps.mfis.core.tables import Revisioned

POLICY_ID = UUID("0f5c4a00-0000-7000-8000-000000000001")

# Sa-Dhan, Tracking Financial Performance Standards, p. 76: days late from, and percent set aside.
USUAL_AGEING: list[list[Any]] = [[0, "0"], [1, "10"], [31, "25"], [61, "50"], [91, "75"], [181, "90"], [366, "100"]]


def usual_checklist() -> list[str]:
    """What a review looks at in an MFI that has settled nothing else."""
    return [
        "Identity paper seen",
        "Income checked against a payslip or records",
        "Other debts asked about",
        "Key Fact Statement given and explained",
    ]


def check_checklist(value: Any) -> None:
    """Refuses anything but a list of up to 20 short sentences.

    Raises:
        ValidationError: saying what is wanted.
    """
    is_short_list = isinstance(value, list) and len(value) <= 20
    if not is_short_list or not all(isinstance(item, str) and 0 < len(item.strip()) <= 120 for item in value):
        raise ValidationError("Up to 20 sentences of at most 120 letters each.")


def _limit(
    label: str, usual: str | None, text: str = "Above it a second person agrees."
) -> models.DecimalField[Any, Any]:
    """An amount of the policy; empty is no limit."""
    given: dict[str, Any] = {} if usual is None else {"default": Decimal(usual), "db_default": Decimal(usual)}
    return models.DecimalField(
        label,
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text=f"{text} Empty: no limit.",
        **given,
    )


class Policy(Revisioned):
    """One row per MFI, with a fixed key so that every node means the same."""

    class Recognition(models.TextChoices):
        CASH = "cash", "When it is paid"
        ACCRUAL = "accrual", "Day by day as it is earned"

    recognition = models.CharField(
        "income counts", max_length=10, choices=Recognition.choices, default=Recognition.ACCRUAL
    )
    approver_limit = models.DecimalField(
        "an approver decides up to",
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Above it a manager approves. Empty: no limit.",
    )
    review_checklist = models.JSONField(
        "checked in every review", default=usual_checklist, blank=True, validators=[check_checklist]
    )
    group_arrears_days = models.PositiveSmallIntegerField(
        "no new loan in a group with a member late more than (days)", default=30, validators=[MaxValueValidator(3650)]
    )
    fiscal_year_starts = models.PositiveSmallIntegerField(
        "fiscal year begins in month", default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )

    # Where borrowers pay to; what is empty is not shown to them.
    mpesa_account = models.CharField(
        "M-Pesa number or merchant code", max_length=60, blank=True, default="", db_default=""
    )
    ecocash_account = models.CharField(
        "EcoCash number or merchant code", max_length=60, blank=True, default="", db_default=""
    )
    cpay_account = models.CharField(
        "C-Pay number or merchant code", max_length=60, blank=True, default="", db_default=""
    )
    bank_account = models.CharField(
        "bank account",
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text="Bank, branch code, account number and name, as borrowers write them on a transfer.",
    )
    overpayment_limit = _limit(
        "a receipt may leave over up to", "1000.00", "What is left over is asked about; above this it is refused."
    )
    refund_alone = _limit("one person refunds up to", "500.00")
    goodwill_alone = _limit("one person credits as goodwill up to", "500.00")
    waiver_alone = _limit("one person waives up to", "500.00")
    reversal_alone = _limit("one person reverses up to", "10000.00")
    refund_reversal_alone = _limit("one person reverses a refund up to", "0.00")
    payout_alone = _limit("one person pays out up to", None)
    past_month_alone = _limit("one person dates into a month that is over up to", "0.00")
    duties_apart = models.BooleanField(
        "duties exclude each other on one loan",
        default=True,
        db_default=True,
        help_text="Whoever approved does not pay out alone, whoever received does not refund or reverse alone.",
    )
    closing_alone = models.BooleanField(
        "one person closes the books",
        default=False,
        db_default=False,
        help_text="Otherwise a second person agrees to each closing.",
    )
    officers_keep_to_branch = models.BooleanField(
        "an officer sees the own branch only",
        default=False,
        db_default=False,
        help_text="Whoever is a loan officer and no more finds no borrower or loan of another branch.",
    )

    class Meta:
        verbose_name = "policy"
        verbose_name_plural = "policy"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(recognition__in=["cash", "accrual"]), name="policy_recognition_known"
            ),
            models.CheckConstraint(
                condition=models.Q(fiscal_year_starts__gte=1, fiscal_year_starts__lte=12), name="policy_month"
            ),
        ]

    def __str__(self) -> str:
        return "Policy"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.id = POLICY_ID
        super().save(*args, **kwargs)


# The columns of a policy that say where borrowers pay to, by the channel of the payment.
PAYMENT_ACCOUNTS = {
    "mpesa": "mpesa_account",
    "ecocash": "ecocash_account",
    "cpay": "cpay_account",
    "bank": "bank_account",
}


@read_once(Policy)
def the_policy() -> Policy:
    """The MFI's policy, or the usual one where nothing was settled yet. Read once a transaction."""
    [*kept] = Policy.objects.filter(pk=POLICY_ID)  # `first` takes longer to order one row than to read it
    return kept[0] if kept else Policy(id=POLICY_ID)


class PublicHoliday(Revisioned):
    """A day on which nothing falls due, where the product moves due dates."""

    day = models.DateField()
    name = models.CharField(max_length=80)
    is_active = models.BooleanField("kept", default=True)

    class Meta:
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day:%-d %b %Y} {self.name}"


class AgeingPreset(Revisioned):
    """How much is set aside for loans by how late they are, from a day on."""

    valid_from = models.DateField()
    rates = models.JSONField(
        default=list, help_text='Days late from, and percent: [[0, "0"], [1, "10"], [31, "25"], …]'
    )

    class Meta:
        ordering = ["-valid_from"]

    def __str__(self) -> str:
        return f"From {self.valid_from:%-d %b %Y}"

    def clean(self) -> None:
        """Refuses rates that are not in order or not between 0 and 100.

        Raises:
            ValidationError: naming the row.
        """
        days_before = -1
        rows: list[Any] = self.rates if isinstance(self.rates, list) and self.rates else [None]
        for row in rows:
            if not _is_rate(row, days_before):
                raise ValidationError({"rates": f"{row!r} is not [days from, percent], in rising order."})
            days_before = row[0]
        if self.rates[0][0] != 0:
            raise ValidationError({"rates": "The first row begins at 0 days: loans that are not late."})


def _is_rate(row: Any, days_before: int) -> bool:
    """True for [days from, percent] that begins later than the row before."""
    try:
        days, percent = row
        return isinstance(days, int) and days > days_before and 0 <= Decimal(str(percent)) <= 100
    except (TypeError, ValueError, ArithmeticError):
        return False


def ageing_rates(on: date) -> list[tuple[int, Decimal]]:
    """Days late from, and the fraction set aside, as they hold `on`."""
    preset = AgeingPreset.objects.filter(valid_from__lte=on).first()
    rows: list[list[Any]] = list(preset.rates) if preset else list(USUAL_AGEING)
    return [(int(days), Decimal(str(percent)) / 100) for days, percent in rows]
