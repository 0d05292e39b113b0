"""The loans as they stood on a day, and as that was known on another: folded again from the facts.

The projection holds today. A report of a past day, or of what was known then, folds each loan's facts up to the day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from apps.loans.domain.state import LoanState as Folded
from apps.loans.models import Loan, LoanEvent
from apps.loans.models.event import EventType
from apps.loans.models.projection import Status
from apps.loans.projection import charge_off, fold_loan
from apps.mfis.clock import end_of

BATCH = 500  # loans whose facts are read at once


@dataclass(frozen=True, slots=True)
class LoanThen:
    """A loan on a day."""

    loan: Loan
    folded: Folded
    restructured: bool
    charged_off: bool
    facts: list[LoanEvent]

    def before_write_off(self) -> Folded:
        """The state with what was owed until it was given up: a write-off takes it out of the installments."""
        if self.folded.status != Status.WRITTEN_OFF or self.folded.closed_on is None:
            return self.folded
        day = self.folded.closed_on - timedelta(days=1)
        return fold_loan(self.loan, as_of=day, events=[e for e in self.facts if e.value_date <= day])

    @property
    def principal(self) -> Decimal:
        return self.folded.outstanding("principal")

    @property
    def days_late(self) -> int:
        return self.folded.arrears.days_past_due

    @property
    def overdue_principal(self) -> Decimal:
        return self.folded.arrears.amounts["principal"]

    @property
    def is_active(self) -> bool:
        return self.folded.status == Status.ACTIVE and not self.charged_off


def loans_on(day: date, known_on: date | None = None, *, loans: Collection[UUID] | None = None) -> Iterator[LoanThen]:
    """Every loan (or each of `loans`) paid out by `day`, as it stood then by the facts recorded up to `known_on`."""
    for batch in _batches(day, loans):
        facts = _facts(batch, known_on)
        for loan in batch:
            if found := then(loan, facts[loan.pk], day):
                yield found


def loans_between(since: date, on: date, known_on: date | None = None) -> Iterator[tuple[LoanThen | None, LoanThen]]:
    """Every loan paid out by `on`: as it stood the day before `since` (None before its pay-out), and on `on`."""
    for batch in _batches(on):
        facts = _facts(batch, known_on)
        for loan in batch:
            if found := then(loan, facts[loan.pk], on):
                yield then(loan, facts[loan.pk], since - timedelta(days=1)), found


def then(loan: Loan, facts: list[LoanEvent], day: date) -> LoanThen | None:
    """The loan on `day` by these facts; None where it was not paid out yet."""
    known = [e for e in facts if e.value_date <= day]
    undone = {e.reverses_id for e in known if e.type == EventType.REVERSAL}
    if not any(e.type == EventType.DISBURSED and e.pk not in undone for e in known):
        return None
    restructured = any(e.type == EventType.RESTRUCTURED and e.pk not in undone for e in known)
    charged_off = charge_off(known) is not None
    return LoanThen(loan, fold_loan(loan, as_of=day, events=known), restructured, charged_off, known)


def _batches(day: date, loans: Collection[UUID] | None = None) -> Iterator[list[Loan]]:
    """Loans applied for by `day`, a batch at a time, by key."""
    wanted = Loan.objects.filter(submitted_on__lte=day).order_by("pk")
    wanted = wanted.select_related("borrower__profile", "product")
    if loans is not None:
        wanted = wanted.filter(pk__in=list(loans))
    batch = list(wanted[:BATCH])
    while batch:
        yield batch
        batch = list(wanted.filter(pk__gt=batch[-1].pk)[:BATCH])


def _facts(batch: list[Loan], known_on: date | None) -> dict[UUID, list[LoanEvent]]:
    events = LoanEvent.objects.filter(loan__in=[loan.pk for loan in batch]).order_by("recorded_at", "id")
    if known_on:
        events = events.filter(recorded_at__lt=end_of(known_on))
    found: dict[UUID, list[LoanEvent]] = defaultdict(list)
    for event in events:
        found[event.loan_id].append(event)
    return found
