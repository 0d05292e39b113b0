"""How each loan stood on any day, as that was known on any other: what changed, on the day on which it changed.

A row stands from its `value_date` to the next row's of the same key, among the rows known on one day; it was known from
the day on which the last fact behind it was recorded until, not counting, the day on which another took its place.
Rows that were known for less than a day are in no report, and are not kept.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q

from apps.loans.book.models.event import LoanEvent
from apps.loans.book.models.loan import Loan
from apps.loans.book.models.state import Status
from apps.mfis.core.tables import Projection

AMOUNT: dict[str, Any] = {"max_digits": 12, "decimal_places": 2, "default": 0}

CURRENT = Q(known_to__isnull=True)


class _Known(Projection):
    """What every row of them has. No constraint on the loan: facts are never removed, and these rows are many."""

    id = models.BigAutoField(primary_key=True)
    loan = models.ForeignKey(Loan, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    value_date = models.DateField()
    known_from = models.DateField()
    known_to = models.DateField(null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.loan_id} on {self.value_date}, known from {self.known_from}"


class Position(_Known):
    """A loan's balances at the end of `value_date` and on the days after it up to `holds_to`.

    `holds_to` is empty where only another fact can change them. It is the day before `value_date` of a loan whose
    interest is counted by the day while anything is open: such a loan is folded on the day that is asked for.
    `status` is empty where the pay-out was taken back. `written_off` is the principal that was given up.
    """

    holds_to = models.DateField(null=True)
    status = models.CharField(max_length=15, choices=Status.choices, blank=True)
    disbursed_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    disbursed = models.DecimalField(**AMOUNT)
    principal = models.DecimalField(**AMOUNT)
    interest = models.DecimalField(**AMOUNT)
    fees = models.DecimalField(**AMOUNT)
    penalties = models.DecimalField(**AMOUNT)
    written_off = models.DecimalField(**AMOUNT)
    fees_at_disbursement = models.DecimalField(**AMOUNT)
    oldest_due_date = models.DateField(null=True)
    restructured = models.BooleanField(default=False)

    class Meta:
        ordering = ["loan", "value_date", "id"]
        indexes = [models.Index(fields=["loan", "value_date"], name="position_of_loan")]


class InstallmentPosition(_Known):
    """An installment from `value_date` on: what is due and was paid by component; no `due_date` where it is no more.

    Arrears, and what fell due and was paid by a day, are made of these.
    """

    n = models.PositiveSmallIntegerField()
    due_date = models.DateField(null=True)
    principal = models.DecimalField(**AMOUNT)
    interest = models.DecimalField(**AMOUNT)
    fees = models.DecimalField(**AMOUNT)
    penalties = models.DecimalField(**AMOUNT)
    paid_principal = models.DecimalField(**AMOUNT)
    paid_interest = models.DecimalField(**AMOUNT)
    paid_fees = models.DecimalField(**AMOUNT)
    paid_penalties = models.DecimalField(**AMOUNT)
    paid_late = models.DecimalField(**AMOUNT)

    class Meta:
        ordering = ["loan", "n", "value_date", "id"]
        indexes = [models.Index(fields=["loan", "n", "-value_date"], name="installment_position_of_loan")]


class Allocation(_Known):
    """What of one receipt went to one installment, numbered as it was on the day; number 0 is what was left over.

    `paid_on` is the receipt's day. `value_date` is later only where something was taken back on a later day than its
    own: from then on the receipt is split anew, or, with nothing in any part, counts no more.
    """

    event = models.ForeignKey(
        LoanEvent, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    n = models.PositiveSmallIntegerField()
    paid_on = models.DateField()
    movement = models.CharField(max_length=30)  # as the engine names it
    due_date = models.DateField(null=True)
    principal = models.DecimalField(**AMOUNT)
    interest = models.DecimalField(**AMOUNT)
    fees = models.DecimalField(**AMOUNT)
    penalties = models.DecimalField(**AMOUNT)
    left_over = models.DecimalField(**AMOUNT)

    class Meta:
        ordering = ["loan", "paid_on", "event", "n", "id"]
        indexes = [
            models.Index(fields=["loan", "value_date"], name="allocation_of_loan"),
            models.Index(fields=["paid_on"], name="allocation_by_day"),
        ]

    @property
    def charges(self) -> Decimal:
        return self.fees + self.penalties

    @property
    def total(self) -> Decimal:
        """All of the receipt that is told of here."""
        return self.principal + self.interest + self.charges + self.left_over


class PositionCoverage(Projection):
    """How far a loan's positions go: the first `facts` of its facts, of which the last was recorded on `known_on`.

    Without this row a loan has none, and reports fold it. Where another fact than `last_fact` stands in its place,
    something arrived among those that are counted: what was known is told anew with the loan's next fold.
    """

    loan = models.OneToOneField(
        Loan, on_delete=models.PROTECT, primary_key=True, related_name="position_coverage", db_constraint=False
    )
    facts = models.PositiveIntegerField()
    last_fact = models.UUIDField()
    known_on = models.DateField()
    until = models.DateField()  # the day up to which it was folded
    last_row = models.DateField()  # the latest day of value of any row that is known now

    class Meta:
        ordering = ["loan"]

    def __str__(self) -> str:
        return f"{self.loan_id}: {self.facts} facts, known on {self.known_on}"
