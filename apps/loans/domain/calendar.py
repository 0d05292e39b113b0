"""Due dates. Dates are business dates; a month keeps the day of the date it counts from, clipped to its length."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import PlainValidator

from .case_fields import CaseObject, Day, refused

Frequency = Literal["days", "weeks", "months"]
# A first installment closer than this to the pay-out would take a payday before the money was of any use.
SALARY_DAYS_BEFORE_FIRST = 15


def _read_weekend(raw: Any) -> frozenset[int]:
    if not isinstance(raw, list):
        raise refused("is not a list")
    if any(type(day) is not int or not 1 <= day <= 7 for day in raw) or len(set(raw)) > 6:
        raise refused("lists days of the week, 1 (Monday) to 7 (Sunday), at most six")
    return frozenset(raw)


@dataclass(frozen=True, slots=True)
class WorkingDays(CaseObject):
    """What happens to a due date on a weekend (1 Monday … 7 Sunday) or public holiday: keep, next or previous.

    No due date falls on or before the pay-out, nor two on one day: where "previous" cannot be, the next working day is
    taken.
    """

    rule: Literal["keep", "next", "previous"] = "keep"
    weekend: Annotated[frozenset[int], PlainValidator(_read_weekend)] = frozenset()
    holidays: frozenset[Day] = frozenset()

    def adjust(self, day: date, after: date = date.min) -> date:
        """`day`, or the working day that the rule puts in its place; always one after `after`."""
        if self.rule == "keep":
            return max(day, after + timedelta(days=1))
        found = self._nearest(day, timedelta(days=1 if self.rule == "next" else -1))
        if found > after:
            return found
        return self._nearest(max(day, after + timedelta(days=1)), timedelta(days=1))

    def _nearest(self, day: date, step: timedelta) -> date:
        while day.isoweekday() in self.weekend or day in self.holidays:
            day += step
        return day


def add_months(start: date, months: int) -> date:
    """`start` moved by whole months, its day clipped: 31 January + 1 is the last of February."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if start.day <= 28:
        return date(year, month + 1, start.day)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def add_periods(start: date, frequency: Frequency, count: int) -> date:
    """`start` moved by `count` days, weeks or months."""
    if frequency == "months":
        return add_months(start, count)
    return start + timedelta(days=count * (7 if frequency == "weeks" else 1))


def due_dates(start: date, frequency: Frequency, every: int, count: int, first_due: date | None = None) -> list[date]:
    """The `count` due dates of a loan that counts from `start`.

    With `first_due` the later ones count from it; each is reached from the seed itself, so that 31 January
    is followed by 28 February and 31 March, not by 28 March.
    """
    if first_due is None:
        return [add_periods(start, frequency, every * n) for n in range(1, count + 1)]
    return [add_periods(first_due, frequency, every * n) for n in range(count)]


def are_months_apart(start: date, end: date, months: int) -> bool:
    """Whether `end` is whole `months` after `start`, one of them being clipped to its month's length or none.

    31 January, 28 February and 31 March are one month apart each.
    """
    return add_months(start, months) == end or add_months(end, -months) == start


def first_salary_day(start: date, day: int) -> date:
    """The first pay day (the `day`th, clipped to the month) at least SALARY_DAYS_BEFORE_FIRST days after `start`."""
    earliest = start + timedelta(days=SALARY_DAYS_BEFORE_FIRST)
    pay_day = day_of_month(earliest, day)
    return pay_day if pay_day >= earliest else day_of_month(add_months(earliest.replace(day=1), 1), day)


def meetings_before(start: date, meets_from: date, frequency: Frequency, every: int) -> int:
    """How many of the days a period apart, from `meets_from` on, lie less than half a period after `start`."""
    earliest = start + timedelta(days=((add_periods(start, frequency, every) - start).days + 1) // 2)
    n = 0
    while add_periods(meets_from, frequency, every * n) < earliest:
        n += 1
    return n


def day_of_month(month: date, day: int) -> date:
    """The `day`th of `month`, clipped to its length."""
    return month.replace(day=min(day, monthrange(month.year, month.month)[1]))


def periods_between(start: date, end: date, frequency: Frequency, every: int) -> Decimal:
    """Repayment periods from `start` to `end`, the broken one as its share of days.

    A broken month is counted over the days of the month that follows the last whole one.
    """
    whole = 0
    while add_periods(start, frequency, every * (whole + 1)) <= end:
        whole += 1
    from_day = add_periods(start, frequency, every * whole)
    length = (add_periods(start, frequency, every * (whole + 1)) - from_day).days
    return Decimal(whole) + Decimal((end - from_day).days) / Decimal(length)
