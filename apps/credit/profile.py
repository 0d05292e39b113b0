"""The 24-character payment profile of an account: one sign a month, the latest first. Pure: no database, no clock.

    0  nothing was past due at the end of the month    C  paid in full during the month
    1  1 to 30 days past due    2  31 to 60            W  written or charged off, and not paid since
    3  61 to 90
    4  91 to 120    5  121 to 150    6  151 to 180    7  more
    -  no loan then, or none any more

Read from what happened by its day: the days past due at the end of a month follow from the last event up to then and
from the due date of the oldest unpaid installment after that event. The sign of the running month is that of today.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = 24
NONE, CLOSED, LOST = "-", "C", "W"
DEFAULT = frozenset("4567W")  # more than 90 days past due, or given up
ENDS_WELL = ("closed", "overpaid")
ENDS_BADLY = ("written_off", "charged_off")
NO_LOAN = ("reversed", "approved")  # its pay-out was taken back; the second as documents of earlier releases say it


@dataclass(frozen=True, slots=True)
class Moment:
    """How an account stood after one event, in the order in which they happened."""

    value_date: date
    status: str
    oldest_due_date: date | None


def month_ends(as_of: date, months: int = MONTHS) -> list[date]:
    """`as_of`, then the ends of the months before it, the latest first."""
    ends = [as_of]
    while len(ends) < months:
        ends.append(ends[-1].replace(day=1) - timedelta(days=1))
    return ends


def payment_profile(moments: Sequence[Moment], *, as_of: date, months: int = MONTHS) -> str:
    """The profile of one account on `as_of`: `months` characters.

    An event that was booked later than another and is of an earlier day counts from that day on.
    """
    ordered = sorted(enumerate(moments), key=lambda pair: (pair[1].value_date, pair[0]))
    return "".join(_sign([m for _, m in ordered if m.value_date <= end], end) for end in month_ends(as_of, months))


def _sign(known: list[Moment], end: date) -> str:
    if not known:
        return NONE
    last = known[-1]
    if last.status in ENDS_WELL:
        began = next(m.value_date for m in reversed(known) if m.status in ENDS_WELL and _first_of_run(known, m))
        return CLOSED if (began.year, began.month) == (end.year, end.month) else NONE
    if last.status in ENDS_BADLY:
        return LOST
    if last.status in NO_LOAN:
        return NONE
    return sign_of((end - last.oldest_due_date).days if last.oldest_due_date else 0)


def sign_of(days_past_due: int) -> str:
    """The sign of a month that ended with so many days past due."""
    return str(min(7, (days_past_due + 29) // 30)) if days_past_due > 0 else "0"


def _first_of_run(known: list[Moment], moment: Moment) -> bool:
    """Whether the account became paid in full by this event, and stayed so."""
    place = known.index(moment)
    return place == 0 or known[place - 1].status not in ENDS_WELL


def worst_days_past_due(moments: Sequence[Moment], *, as_of: date) -> int:
    """The most days past due at any time in the twelve months up to `as_of`.

    They grow until an event ends them, so there are most just before each event, and on the last day.
    """
    since = months_before(as_of, 12)
    ordered = [
        m
        for _, m in sorted(enumerate(moments), key=lambda pair: (pair[1].value_date, pair[0]))
        if m.value_date <= as_of
    ]
    worst = 0
    for place, moment in enumerate(ordered):
        until = ordered[place + 1].value_date if place + 1 < len(ordered) else as_of
        if until < since or moment.oldest_due_date is None or moment.status in ENDS_WELL:
            continue
        worst = max(worst, (until - moment.oldest_due_date).days)
    return worst


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
