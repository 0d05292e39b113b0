"""The loans as they stood on a day, and as that was known on another: folded again from the facts.

Reports read positions (`positions.py`); this is what those are held against, and how the few loans are read that they
cannot tell of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from apps.loans.book.facts import charge_off, standing
from apps.loans.book.models import LENT, EventType, Loan, LoanEvent, Status
from apps.loans.book.projection import fold_loan
from apps.loans.domain.snapshot import LoanSnapshot
from apps.mfis.core.clock import end_of

BATCH = 500  # loans whose facts are read at once


@dataclass(frozen=True, slots=True)
class LoanAsOf:
    """A loan on a day."""

    loan: Loan
    folded: LoanSnapshot
    restructured: bool
    charged_off: bool
    facts: list[LoanEvent]

    def before_write_off(self) -> LoanSnapshot:
        """The state with what was owed until it was given up: a write-off takes it out of the installments."""
        if self.folded.status != Status.WRITTEN_OFF or self.folded.closed_on is None:
            return self.folded
        day = self.folded.closed_on - timedelta(days=1)
        return fold_loan(self.loan, as_of=day, events=[e for e in self.facts if e.value_date <= day])

    @property
    def principal(self) -> Decimal:
        return self.folded.outstanding("principal")

    @property
    def days_past_due(self) -> int:
        return self.folded.arrears.days_past_due

    @property
    def overdue_principal(self) -> Decimal:
        return self.folded.arrears.amounts["principal"]

    @property
    def is_active(self) -> bool:
        return self.folded.status == Status.ACTIVE and not self.charged_off


def loans_as_of(
    day: date, known_on: date | None = None, *, loans: Collection[UUID] | None = None
) -> Iterator[LoanAsOf]:
    """Every loan (or each of `loans`) paid out by `day`, as it stood then by the facts recorded up to `known_on`."""
    for batch in _batches(day, loans):
        facts = _facts(batch, known_on)
        for loan in batch:
            if stood := _stood(loan, facts[loan.pk], day):
                yield stood


def loans_between(
    since: date, on: date, known_on: date | None = None, *, loans: Collection[UUID] | None = None
) -> Iterator[tuple[LoanAsOf | None, LoanAsOf]]:
    """Every loan (or each of `loans`) paid out by `on`.

    As it stood the day before `since` (None before its pay-out), and on `on`.
    """
    for batch in _batches(on, loans):
        facts = _facts(batch, known_on)
        for loan in batch:
            if stands := _stood(loan, facts[loan.pk], on):
                yield _stood(loan, facts[loan.pk], since - timedelta(days=1)), stands


def _stood(loan: Loan, facts: list[LoanEvent], day: date) -> LoanAsOf | None:
    """The loan on `day` by these facts; None where it was not paid out yet."""
    known = [event for event in facts if event.value_date <= day]
    types = {event.type for event in standing(known)}
    if types.isdisjoint(LENT):
        return None
    folded = fold_loan(loan, as_of=day, events=known)
    return LoanAsOf(loan, folded, EventType.RESTRUCTURED in types, charge_off(known) is not None, known)


def _batches(day: date, loans: Collection[UUID] | None = None) -> Iterator[list[Loan]]:
    """Loans applied for by `day`, a batch at a time, by key."""
    wanted = Loan.objects.filter(submitted_on__lte=day).order_by("pk").select_related("borrower__profile", "product")
    if loans is not None:
        wanted = wanted.filter(pk__in=list(loans))
    batch = list(wanted[:BATCH])
    while batch:
        yield batch
        batch = list(wanted.filter(pk__gt=batch[-1].pk)[:BATCH])


def _facts(batch: list[Loan], known_on: date | None) -> dict[UUID, list[LoanEvent]]:
    """The events of each loan in booking order, as far as they were recorded by the end of `known_on`."""
    events = LoanEvent.objects.filter(loan__in=[loan.pk for loan in batch]).in_booking_order()
    if known_on:
        events = events.filter(recorded_at__lt=end_of(known_on))
    facts: dict[UUID, list[LoanEvent]] = defaultdict(list)
    for event in events:
        facts[event.loan_id].append(event)
    return facts
