"""From a loan's facts to the rows of its positions, and what becomes of the rows that were known before.

Pure: nothing here asks the database. A day on which something happens gives a row to the position, to each installment
that changed on it, and to each installment that a receipt of the day paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from apps.loans.book.facts import agreed, numbered, standing
from apps.loans.book.models import LENT, EventType, Loan, LoanEvent, Status
from apps.loans.book.workflow import AMENDING
from apps.loans.domain.history import History, InstallmentFigures, Moment, Receipt, Split, history
from apps.loans.domain.terms_parser import parse_agreed_terms

ZERO = Decimal(0)
ONE_DAY = timedelta(days=1)


class PositionRow(NamedTuple):
    """The columns of `Position` beside its loan and when it was known; as they are where the pay-out was taken back."""

    value_date: date
    holds_to: date | None = None
    status: str = ""
    disbursed_on: date | None = None
    closed_on: date | None = None
    disbursed: Decimal = ZERO
    principal: Decimal = ZERO
    interest: Decimal = ZERO
    fees: Decimal = ZERO
    penalties: Decimal = ZERO
    written_off: Decimal = ZERO
    fees_at_disbursement: Decimal = ZERO
    oldest_due_date: date | None = None
    restructured: bool = False


class InstallmentRow(NamedTuple):
    """The same of `InstallmentPosition`."""

    value_date: date
    n: int
    due_date: date | None
    principal: Decimal = ZERO
    interest: Decimal = ZERO
    fees: Decimal = ZERO
    penalties: Decimal = ZERO
    paid_principal: Decimal = ZERO
    paid_interest: Decimal = ZERO
    paid_fees: Decimal = ZERO
    paid_penalties: Decimal = ZERO
    paid_late: Decimal = ZERO


class AllocationRow(NamedTuple):
    """The same of `Allocation`."""

    value_date: date
    event_id: UUID
    n: int
    paid_on: date
    movement: str
    due_date: date | None
    principal: Decimal = ZERO
    interest: Decimal = ZERO
    fees: Decimal = ZERO
    penalties: Decimal = ZERO
    left_over: Decimal = ZERO


Row = PositionRow | InstallmentRow | AllocationRow
ROWS: tuple[type[Row], ...] = (PositionRow, InstallmentRow, AllocationRow)


@dataclass(frozen=True, slots=True)
class Segment:
    """Days between which nothing is taken back that still stood the day before, with the facts of the last of them."""

    start: date
    end: date
    facts: list[LoanEvent]


def segments(facts: Sequence[LoanEvent], until: date) -> list[Segment]:
    """The days from the first pay-out to `until`, cut where a reversal takes back what stood the day before.

    Services date a reversal on the day of what it takes back, so that there is mostly one.
    """
    paid_out = [fact.value_date for fact in facts if fact.type in LENT]
    if not paid_out or min(paid_out) > until:
        return []
    dates = {fact.pk: fact.value_date for fact in facts}
    cuts = {
        fact.value_date
        for fact in facts
        if (fact.reverses_id and fact.value_date > dates.get(fact.reverses_id, fact.value_date))
        or (fact.type in AMENDING and "terms" in fact.payload)
    }
    starts = [min(paid_out), *sorted(cut for cut in cuts if min(paid_out) < cut <= until)]
    ends = [*(start - ONE_DAY for start in starts[1:]), until]
    return [Segment(a, b, [f for f in facts if f.value_date <= b]) for a, b in zip(starts, ends, strict=True)]


def rows_of(loan: Loan, facts: Sequence[LoanEvent], *, since: date, until: date) -> Iterator[Row]:
    """The rows of `loan` by these facts with a day of value from `since` to `until`."""
    chain = _Chain()
    for segment in segments(facts, until):
        if segment.end >= since - ONE_DAY:
            yield from chain.follow(_Told.of(loan, segment, since), since)


@dataclass(frozen=True, slots=True)
class _Told:
    """A segment with the history of its days, and from which day on the loan is restructured or charged off in it."""

    segment: Segment
    history: History
    event_ids: list[UUID]  # by number in booking order, from 1
    restructured: date
    charged_off: date

    @classmethod
    def of(cls, loan: Loan, segment: Segment, since: date) -> _Told:
        stand = standing(segment.facts)
        first = {kind: _first(stand, kind) for kind in (EventType.RESTRUCTURED, EventType.CHARGED_OFF)}
        taken = numbered(segment.facts)
        told = history(
            parse_agreed_terms(agreed(loan, segment.facts)["terms"]),
            [form for _, form in taken],
            since=max(since, segment.start),
            until=segment.end,
            days=[day for day in (segment.start, first[EventType.CHARGED_OFF]) if day >= segment.start],
        )
        ids = [fact.pk for fact, _ in taken]
        return cls(segment, told, ids, first[EventType.RESTRUCTURED], first[EventType.CHARGED_OFF])

    def position(self, moment: Moment) -> PositionRow:
        rows = moment.installments
        charged_off = moment.status == Status.ACTIVE and moment.day >= self.charged_off
        return PositionRow(
            value_date=moment.day,
            holds_to=moment.holds_to,
            status=Status.CHARGED_OFF.value if charged_off else moment.status,
            disbursed_on=moment.disbursed_on,
            closed_on=moment.closed_on,
            disbursed=moment.disbursed,
            principal=sum((row.principal - row.paid_principal for row in rows), ZERO),
            interest=sum((row.interest - row.paid_interest for row in rows), ZERO),
            fees=sum((row.fees - row.paid_fees for row in rows), ZERO),
            penalties=sum((row.penalties - row.paid_penalties for row in rows), ZERO),
            written_off=moment.written_off,
            fees_at_disbursement=moment.fees_at_disbursement,
            oldest_due_date=min((row.due_date for row in rows if row.outstanding > 0), default=None),
            restructured=moment.day >= self.restructured,
        )

    def allocations(self, receipt: Receipt) -> Iterator[AllocationRow]:
        for split in receipt.splits:
            yield _allocation(self.event_ids[receipt.seq - 1], receipt, split)


def _first(facts: Iterable[LoanEvent], kind: str) -> date:
    """The day of the first fact of a kind; the end of days where there is none."""
    return min((fact.value_date for fact in facts if fact.type == kind), default=date.max)


def _allocation(event_id: UUID, receipt: Receipt, split: Split) -> AllocationRow:
    return AllocationRow(receipt.day, event_id, split.n, receipt.day, receipt.kind, *split[1:])


class _Chain:
    """What stood before, so that only what changed is told; it goes on from one segment to the next."""

    def __init__(self) -> None:
        self._installments: dict[int, InstallmentFigures] = {}
        self._allocations: dict[tuple[UUID, int], AllocationRow] = {}
        self._begun = False

    def follow(self, told: _Told, since: date) -> Iterator[Row]:
        """The rows of a segment from `since` on."""
        start = told.segment.start
        if since > start:
            self._installments = _by_number(told.history.before)
        elif self._begun and (not told.history.moments or told.history.moments[0].day > start):
            yield PositionRow(start)
            yield from self._changed(start, {})
        for moment in told.history.moments:
            yield told.position(moment)
            if moment.is_exact:
                yield from self._changed(moment.day, _by_number(moment))
        yield from self._split(told, since)
        self._begun = True

    def _changed(self, day: date, rows: dict[int, InstallmentFigures]) -> Iterator[InstallmentRow]:
        for n, row in rows.items():
            if self._installments.get(n) != row:
                yield InstallmentRow(day, *row)
        for n in self._installments.keys() - rows.keys():
            yield InstallmentRow(day, n, None)
        self._installments = rows

    def _split(self, told: _Told, since: date) -> Iterator[AllocationRow]:
        """What receipts of the segment paid, and what has become of those before it where something was taken back."""
        before, start = self._allocations, told.segment.start
        now = {(row.event_id, row.n): row for receipt in told.history.receipts for row in told.allocations(receipt)}
        self._allocations = now
        for key, row in now.items():
            if row.paid_on >= start or not self._begun:
                if row.paid_on >= since:
                    yield row
            elif before.get(key) != row:
                yield row._replace(value_date=start)
        for row in (row for key, row in before.items() if key not in now):
            yield AllocationRow(start, row.event_id, row.n, row.paid_on, row.movement, row.due_date)


def _by_number(moment: Moment | None) -> dict[int, InstallmentFigures]:
    return {row.n: row for row in moment.installments} if moment else {}


class Kept(NamedTuple):
    """A stored row's key, and since when it was known."""

    id: int
    known_from: date


class Known(NamedTuple):
    """A row with the days on which it was known; `to` is the first on which it was not."""

    row: Row
    since: date
    to: date | None


@dataclass(slots=True)
class Timeline:
    """The rows of one table that are known now, and what is to be written as more becomes known."""

    current: dict[Row, Kept | date] = field(default_factory=dict)  # a day: since when, not stored yet
    past: list[Known] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    closed: list[tuple[int, date]] = field(default_factory=list)  # and from which day on they are not known

    def learn(self, fresh: list[Row], *, since: date, known_on: date) -> None:
        """Lets `fresh` take the place of all rows with a day of value from `since` on, from `known_on` on."""
        wanted = set(fresh)
        for row in [row for row in self.current if row.value_date >= since and row not in wanted]:
            self._forget(row, self.current.pop(row), known_on)
        for row in fresh:
            self.current.setdefault(row, known_on)

    def _forget(self, row: Row, kept: Kept | date, known_on: date) -> None:
        """A row that was not known at the end of any day before is dropped."""
        if isinstance(kept, Kept):
            if kept.known_from == known_on:
                self.dropped.append(kept.id)
            else:
                self.closed.append((kept.id, known_on))
        elif kept < known_on:
            self.past.append(Known(row, kept, known_on))

    @property
    def unwritten(self) -> list[Known]:
        """The rows to be stored."""
        return [*self.past, *(Known(row, since, None) for row, since in self.current.items() if type(since) is date)]
