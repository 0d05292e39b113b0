"""The frame of a schedule: when each installment falls due, what share of a year it bears, what was restructured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from .calendar import (
    add_months,
    add_periods,
    are_months_apart,
    day_of_month,
    first_salary_day,
    meetings_before,
    periods_between,
)
from .terms import Restructuring, Terms
from .violations import InvalidTerms


@dataclass(slots=True)
class InstallmentPeriod:
    """One regular installment before any amount is known. `share` is the part of a year's interest it bears."""

    start: date
    due_date: date
    rate: Decimal  # a year, as a fraction
    share: Decimal
    principal_free: bool = False
    final: bool = False  # the last agreed installment, or one added for a later tranche: all that is left is due
    replan: bool = False  # the level installment is computed afresh from here
    since: int = 0  # the index from which it counts: what is added later changes nothing before it
    brought: Decimal = Decimal(0)  # interest that had accrued when the loan was taken on from another system
    level: Decimal | None = None  # the installment that was agreed to elsewhere, in place of one that is computed

    @property
    def days(self) -> int:
        return (self.due_date - self.start).days


class _DueDates:
    """Due dates by index, each counted from the last agreed seed, so that month ends stay month ends.

    None falls on or before the pay-out, nor two on one day.
    """

    def __init__(self, terms: Terms, start: date, disbursed_on: date) -> None:
        self.terms, self.disbursed_on = terms, disbursed_on
        if terms.due_day:
            self.anchors = [(0, first_salary_day(start, terms.due_day))]
        elif terms.meets_from:
            passed = meetings_before(start, terms.meets_from, terms.frequency, terms.repay_every)
            self.anchors = [(-passed, terms.meets_from)]
        elif terms.first_due_date:
            self.anchors = [(0, terms.first_due_date)]
        else:
            self.anchors = [(-1, start)]
        self.salary = terms.due_day is not None
        self.skipped: dict[int, int] = {}  # periods that bear nothing, left out before an index

    def seed(self, index: int) -> date:
        index += sum(count for at, count in self.skipped.items() if at <= index)
        return self._counted(index)

    def before(self, index: int) -> date:
        """Where the period before the due date `index` begins, though installments before it are left out."""
        count = sum(count for at, count in self.skipped.items() if at <= index)
        return self.terms.working_days.adjust(self._counted(index + count - 1))

    def _counted(self, index: int) -> date:
        at, anchor = next(a for a in reversed(self.anchors) if a[0] <= index)
        terms, steps = self.terms, index - at
        if self.salary and terms.due_day:
            return day_of_month(add_months(anchor.replace(day=1), terms.repay_every * steps), terms.due_day)
        return add_periods(anchor, terms.frequency, terms.repay_every * steps)

    def move(self, index: int, to: date) -> None:
        self.anchors = [a for a in self.anchors if a[0] < index] + [(index, to)]
        self.salary = False

    def all(self, count: int) -> list[date]:
        """The first `count` due dates."""
        if self.terms.working_days.rule == "keep" and len(self.anchors) == 1 and not (self.salary or self.skipped):
            (at, anchor), terms = self.anchors[0], self.terms
            dates = [add_periods(anchor, terms.frequency, terms.repay_every * (n - at)) for n in range(count)]
            if dates[0] > self.disbursed_on:
                return dates
        return self._one_after_the_other(count)

    def _one_after_the_other(self, count: int) -> list[date]:
        dates: list[date] = []
        before = self.disbursed_on
        for n in range(count):
            before = self.terms.working_days.adjust(self.seed(n), before)
            dates.append(before)
        return dates


@dataclass(slots=True)
class _Frame:
    """What restructurings change, by index of installment."""

    dates: _DueDates
    free: list[bool]
    rates: list[Decimal]
    since: list[int]
    replan: set[int]

    def due(self) -> list[date]:
        return self.dates.all(len(self.free))

    def add_for(self, day: date) -> None:
        """Adds the period that `day` falls in, and none of those without anything before it."""
        index = len(self.free)
        self.dates.skipped[index] = 0
        while self.dates.terms.working_days.adjust(self.dates.seed(index)) < day:
            self.dates.skipped[index] += 1
        self.insert(index, 1, free=False, rate=self.rates[-1], since=0)

    def insert(self, index: int, count: int, *, free: bool, rate: Decimal, since: int) -> None:
        self.free[index:index] = [free] * count
        self.rates[index:index] = [rate] * count
        self.since[index:index] = [since] * count


def build_installment_periods(
    terms: Terms, disbursed_on: date, steps: Sequence[Restructuring | date] = ()
) -> list[InstallmentPeriod]:
    """The regular installments' frame for a loan first paid out on `disbursed_on`.

    `steps` are restructurings and the days of further tranches, in the order they came. For a tranche after the last
    due date a period is added: the one in which it falls.

    Raises:
        InvalidTerms: a restructured installment does not exist, or its new date is not after the one before it.
    """
    start = terms.submitted_on if terms.schedule_counts_from == "submitted_on" else disbursed_on
    count = terms.installments
    free = [n < terms.grace.principal for n in range(count)]
    frame = _Frame(_DueDates(terms, start, disbursed_on), free, [terms.annual_rate] * count, [0] * count, set())
    agreed = count
    for step in steps:
        if isinstance(step, Restructuring):
            _apply(step, frame)
            agreed = len(frame.free) if step.extra_terms else agreed + step.grace_principal
        elif frame.due()[-1] < step:
            frame.add_for(step)
    due = frame.due()
    return _periods(terms, disbursed_on, frame, due, agreed)


def _periods(terms: Terms, disbursed_on: date, frame: _Frame, due: list[date], agreed: int) -> list[InstallmentPeriod]:
    starts = [disbursed_on, *due[:-1]]
    for index in frame.dates.skipped:
        starts[index] = max(starts[index], frame.dates.before(index))
    shares = _shares(terms, starts, due)
    rows = zip(starts, due, frame.rates, shares, frame.free, strict=True)
    periods = [InstallmentPeriod(*row) for row in rows]
    if terms.dated_first and terms.partial_period_interest:
        _break_first(terms, periods[0])
    for index in frame.replan:
        periods[index].replan = True
    if any(frame.since):
        for period, since in zip(periods, frame.since, strict=True):
            period.since = since
    for period in periods[agreed - 1 :]:
        period.final = True
    return periods


def changed_index(change: Restructuring, due: list[date]) -> int:
    """Which of the installments due on `due` is the first that `change` is for.

    Raises:
        InvalidTerms: there is none, or its new date is not after the one before it.
    """
    if change.from_ not in due:
        raise InvalidTerms.at("terms.from", f"no installment falls due on {change.from_}")
    index = due.index(change.from_)
    if change.new_due_date and index and change.new_due_date <= due[index - 1]:
        raise InvalidTerms.at("terms.new_due_date", f"is not after the installment before it, {due[index - 1]}")
    return index


def _apply(change: Restructuring, frame: _Frame) -> None:
    """Changes the frame from the installment due on `change.from_` on, and nothing before it."""
    index = changed_index(change, frame.due())
    if change.new_due_date:
        frame.dates.move(index, change.new_due_date)
    if change.grace_principal:
        frame.insert(index, change.grace_principal, free=True, rate=frame.rates[index], since=index)
    if change.extra_terms:
        frame.insert(len(frame.free), change.extra_terms, free=False, rate=frame.rates[-1], since=index)
        frame.replan.add(index)
    if change.new_interest_rate is not None:
        frame.rates[index:] = [change.new_interest_rate / 100] * (len(frame.rates) - index)
        frame.replan.add(index)


def _shares(terms: Terms, starts: list[date], due: list[date]) -> list[Decimal]:
    if terms.interest_period == "same_as_repayment":
        return [terms.period_share] * len(due)
    return [_share(terms, a, b) for a, b in zip(starts, due, strict=True)]


def _share(terms: Terms, start: date, due: date) -> Decimal:
    """The part of a year's interest that the period bears, before it is multiplied with rate and balance."""
    if terms.schedule_type == "progressive":
        return _progressive_share(terms, start, due)
    year = Decimal(365 if terms.days_in_year == "actual" else int(terms.days_in_year))
    if terms.days_in_month == "30" and terms.frequency == "months":
        return Decimal(30 * terms.repay_every) / year
    return Decimal((due - start).days) / year


def _progressive_share(terms: Terms, start: date, due: date) -> Decimal:
    """As above, with each year's own length where days in the year are actual, and months of 30 days by their part.

    A period of whole months counts 30 days for each, also from and to month ends that are clipped.
    """
    days = Decimal((due - start).days)
    if terms.days_in_month == "30" and terms.frequency == "months":
        part = Decimal(30 * terms.repay_every)
        if not are_months_apart(start, due, terms.repay_every):
            part *= days / (add_periods(start, "months", terms.repay_every) - start).days
    else:
        part = days
    if terms.days_in_year != "actual":
        return part / int(terms.days_in_year)
    ends = [start, *(date(year, 12, 31) for year in range(start.year, due.year)), due]
    years = sum((Decimal((b - a).days) / _length_of(b.year) for a, b in pairwise(ends)), Decimal(0))
    return years if days == 0 else years * part / days


def _length_of(year: int) -> int:
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days


def _break_first(terms: Terms, period: InstallmentPeriod) -> None:
    if terms.interest_period == "same_as_repayment":
        period.share *= periods_between(period.start, period.due_date, terms.frequency, terms.repay_every)
