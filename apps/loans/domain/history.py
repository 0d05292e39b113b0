"""A loan's figures day by day: how it stood at the end of each day on which something happened, from one replay.

What happens by itself counts as well: a penalty, or money that was overpaid and pays what falls due. A loan whose
interest is recalculated changes every day while something is open; what is told of it then holds on no other day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from .money import ZERO
from .recalculated_schedule import RecalculatedSchedule
from .replay import Replay
from .snapshot import Installment, Transaction
from .terms import BEGINS, Event, Terms

ONE_DAY = timedelta(days=1)


class InstallmentFigures(NamedTuple):
    """An installment at the end of a day: what is due of it and was paid by component, and how much of that late."""

    n: int
    due_date: date
    principal: Decimal
    interest: Decimal
    fees: Decimal
    penalties: Decimal
    paid_principal: Decimal
    paid_interest: Decimal
    paid_fees: Decimal
    paid_penalties: Decimal
    paid_late: Decimal

    @classmethod
    def of(cls, row: Installment) -> InstallmentFigures:
        due, paid = row.due, row.paid
        return cls(
            row.n,
            row.due_date,
            due["principal"],
            due["interest"],
            due["fees"],
            due["penalties"],
            paid["principal"],
            paid["interest"],
            paid["fees"],
            paid["penalties"],
            row.paid_late,
        )

    @property
    def outstanding(self) -> Decimal:
        """All that is unpaid of it."""
        return self.principal + self.interest + self.fees + self.penalties - self.paid

    @property
    def paid(self) -> Decimal:
        return self.paid_principal + self.paid_interest + self.paid_fees + self.paid_penalties


class Split(NamedTuple):
    """What of one movement went to one installment, numbered as on that day; 0: to none, it was left over."""

    n: int
    due_date: date | None
    principal: Decimal = ZERO
    interest: Decimal = ZERO
    fees: Decimal = ZERO
    penalties: Decimal = ZERO
    left_over: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that came in: the fact's number in booking order, its day, how it was taken, and its split."""

    seq: int
    day: date
    kind: str
    splits: tuple[Split, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """A loan at the end of `day`, and so on each day up to `holds_to` on which nothing more is booked.

    `holds_to` is None where that is for good, and the day before `day` where it holds on no day, this one included.
    """

    day: date
    holds_to: date | None
    status: str
    disbursed_on: date
    closed_on: date | None
    disbursed: Decimal
    fees_at_disbursement: Decimal
    written_off: Decimal  # principal
    installments: tuple[InstallmentFigures, ...]

    @property
    def is_exact(self) -> bool:
        return self.holds_to is None or self.holds_to >= self.day


@dataclass(slots=True)
class History:
    """The moments from a day on, the last exact one before it, and all receipts with their splits."""

    before: Moment | None = None
    moments: list[Moment] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)


def history(terms: Terms, events: list[Event], *, since: date, until: date, days: Collection[date] = ()) -> History:
    """How a loan stood at the end of each day from `since` to `until` on which something happened, and of `days`.

    Facts that `events` undo count on no day: whoever asks of a day on which they still stood leaves the undoing out.
    Without a disbursement there is nothing to tell.
    """
    undone = {e.undoes for e in events if e.type == "undo"}
    standing = [e for e in events if e.type != "undo" and e.seq not in undone and e.date <= until]
    ordered = sorted(standing, key=lambda e: (e.date, e.seq))
    first = next((e for e in ordered if e.type in BEGINS), None)
    if first is None:
        return History()
    ordered.remove(first)
    told = _Telling(Replay(terms, pay_down=terms.down_payment_auto), since, until)
    told.run([first, *ordered], {day for day in days if first.date <= day <= until})
    return told.history


class _Telling:
    """Takes one loan through its days and keeps what is asked for."""

    def __init__(self, replay: Replay, since: date, until: date) -> None:
        self.replay, self.since, self.until = replay, since, until
        self.history = History()
        schedule = replay.schedule
        self.recalculates = isinstance(schedule, RecalculatedSchedule) and schedule.recalculation is not None
        self._eves: set[date] = set()
        self._reached: date | None = None
        self._seen = 0  # movements that are told of already

    def run(self, events: list[Event], days: set[date]) -> None:
        by_day: dict[date, list[Event]] = defaultdict(list)
        for event in events:
            by_day[max(event.date, events[0].date)].append(event)
        if self.recalculates:
            self._eves = _eves_of_write_offs(by_day)
        for day in sorted({*by_day, *days, *self._eves}):
            self._pass_time(day - ONE_DAY)
            self._cross(day)
            for event in by_day.get(day, ()):
                self.replay.advance(event.date)
                self.replay.apply(event)
            self._stop(day)
        self._pass_time(self.until)
        self._cross(date.max)

    def _pass_time(self, to: date) -> None:
        """Stops on each day up to `to` on which something may change by itself."""
        while self._reached and not self.replay.changes_daily:
            day = self.replay.next_change(self._reached)
            if day is None or day > to:
                return
            self._cross(day)
            self._stop(day)

    def _cross(self, day: date) -> None:
        """Keeps how the loan stood before the first day that is asked for; one that changes daily, when it last did."""
        if self._reached and self._reached < self.since <= day and not self.recalculates:
            self.history.before = self._moment(self._reached)

    def _stop(self, day: date) -> None:
        self.replay.advance(day)
        self._reached = day
        self._tell_receipts()
        if day >= self.since:
            self.history.moments.append(self._moment(day))
        elif self.recalculates and (moment := self._moment(day)).is_exact:
            self.history.before = moment

    def _moment(self, day: date) -> Moment:
        replay = self.replay
        return Moment(
            day=day,
            holds_to=self._holds_to(day),
            status=replay.status,
            disbursed_on=replay.disbursed_on or day,
            closed_on=replay.closed_on,
            disbursed=replay.disbursed,
            fees_at_disbursement=replay.fees_at_disbursement,
            written_off=replay.written_off["principal"],
            installments=tuple(map(InstallmentFigures.of, replay.installments)),
        )

    def _holds_to(self, day: date) -> date | None:
        if self.replay.changes_daily:
            return day if day in self._eves else day - ONE_DAY
        change = self.replay.next_change(day)
        return change - ONE_DAY if change else None

    def _tell_receipts(self) -> None:
        fresh = self.replay.transactions[self._seen :]
        self._seen += len(fresh)
        self.history.receipts += [_receipt(movement) for movement in fresh if movement.type in TAKEN_IN]


def _eves_of_write_offs(by_day: dict[date, list[Event]]) -> set[date]:
    """The days before a write-off: what was owed until then is asked for."""
    days = (day for day, events in by_day.items() if any(e.type == "write_off" for e in events))
    return {day - ONE_DAY for day in days if day > min(by_day)}


# How the engine names money that comes in; a pay-off is the repayment it becomes.
TAKEN_IN = ("repayment", "down_payment", "goodwill_credit", "merchant_issued_refund", "payout_refund", "recovery")


def _receipt(movement: Transaction) -> Receipt:
    amounts: dict[int, dict[str, Decimal]] = {}
    due: dict[int, date] = {}
    for row, component, amount in movement.parts:
        parts = amounts.setdefault(row.n, {})
        parts[component] = parts.get(component, ZERO) + amount
        due[row.n] = row.due_date
    splits = [Split(n, due[n], **parts) for n, parts in sorted(amounts.items())]
    left_over = movement.amount - sum(movement.split.values(), ZERO)
    if left_over:
        splits.insert(0, Split(0, None, left_over=left_over))
    return Receipt(movement.seq, movement.date, movement.type, tuple(splits))
