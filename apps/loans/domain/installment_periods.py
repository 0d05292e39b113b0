"""The frame of a schedule: when each installment falls due, what share of a year it bears, what was restructured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from .calendar import add_months, add_periods, day_of_month, first_salary_day, meetings_before, periods_between
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

    @property
    def days(self) -> int:
        return (self.due_date - self.start).days


class _DueDates:
    """Due dates by index, each counted from the last agreed seed, so that month ends stay month ends."""

    def __init__(self, terms: Terms, start: date) -> None:
        self.terms = terms
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

    def seed(self, index: int) -> date:
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
        if self.terms.working_days.rule == "keep" and len(self.anchors) == 1 and not self.salary:
            (at, anchor), terms = self.anchors[0], self.terms
            return [add_periods(anchor, terms.frequency, terms.repay_every * (n - at)) for n in range(count)]
        return [self.due(n) for n in range(count)]

    def due(self, index: int) -> date:
        return self.terms.working_days.adjust(self.seed(index))


def build_installment_periods(
    terms: Terms, disbursed_on: date, changes: tuple[Restructuring, ...] = (), until: date | None = None
) -> list[InstallmentPeriod]:
    """The regular installments' frame for a loan first paid out on `disbursed_on`.

    `changes` are restructurings in booking order; periods are added so that one falls due on or after `until`.

    Raises:
        InvalidTerms: a restructured installment does not exist, or its new date is not after the one before it.
    """
    start = terms.submitted_on if terms.schedule_counts_from == "submitted_on" else disbursed_on
    dates = _DueDates(terms, start)
    free = [n < terms.grace.principal for n in range(terms.installments)]
    rates = [terms.annual_rate] * terms.installments
    replan: set[int] = set()
    for change in changes:
        _apply(change, dates, free, rates, replan)
    agreed = len(free)
    while until and dates.due(len(free) - 1) < until:
        free.append(False)
        rates.append(rates[-1])
    due = dates.all(len(free))
    starts = [disbursed_on, *due[:-1]]
    shares = _shares(terms, starts, due)
    periods = [InstallmentPeriod(*frame) for frame in zip(starts, due, rates, shares, free, strict=True)]
    if terms.dated_first and terms.partial_period_interest and periods:
        _break_first(terms, periods[0])
    for index in replan:
        periods[index].replan = True
    for period in periods[agreed - 1 :]:
        period.final = True
    return periods


def _apply(change: Restructuring, dates: _DueDates, free: list[bool], rates: list[Decimal], replan: set[int]) -> None:
    index = next((n for n in range(len(free)) if dates.due(n) == change.from_), None)
    if index is None:
        raise InvalidTerms.at("reschedule.from", f"no installment falls due on {change.from_}")
    if change.new_due_date:
        before = dates.due(index - 1) if index else None
        if before and change.new_due_date <= before:
            raise InvalidTerms.at("reschedule.new_due_date", f"is not after the installment before it, {before}")
        dates.move(index, change.new_due_date)
    for _ in range(change.grace_principal):
        free.insert(index, True)
        rates.insert(index, rates[index])
    if change.extra_terms:
        free.extend([False] * change.extra_terms)
        rates.extend([rates[-1]] * change.extra_terms)
        replan.add(index)
    if change.new_interest_rate is not None:
        rates[index:] = [change.new_interest_rate / 100] * (len(rates) - index)
        replan.add(index)


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
    """As above, with each year's own length where days in the year are actual, and months of 30 days by their part."""
    days = Decimal((due - start).days)
    if terms.days_in_month == "30" and terms.frequency == "months":
        whole = (add_periods(start, "months", terms.repay_every) - start).days
        part = Decimal(30 * terms.repay_every) * days / whole
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
