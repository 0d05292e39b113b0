"""Due dates at a group's meetings."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.loans.domain.calendar import add_periods
from apps.loans.domain.fold import quote
from apps.loans.domain.terms_parser import parse_terms
from apps.loans.domain.violations import InvalidTerms


def terms(**values: Any) -> dict[str, Any]:
    return {
        "submitted_on": "2026-01-01",
        "principal": "1000.00",
        "rate": "24",
        "interest_method": "declining_balance",
        "installments": 6,
        "frequency": "weeks",
        **values,
    }


@pytest.mark.parametrize(
    ("paid_out", "first"),
    [  # meetings on Wednesdays from 7 January
        (date(2026, 1, 1), date(2026, 1, 7)),  # Thursday: six days
        (date(2026, 1, 7), date(2026, 1, 14)),  # at the meeting itself: the next one
        (date(2026, 1, 4), date(2026, 1, 14)),  # Sunday: three days are less than half a week
        (date(2026, 1, 3), date(2026, 1, 7)),  # Saturday: four are not
    ],
)
def test_the_first_meeting_is_half_a_period_away(paid_out: date, first: date) -> None:
    found = quote(parse_terms(terms(meets_from="2026-01-07")), paid_out).installments
    assert [row.due_date for row in found] == [first + timedelta(weeks=n) for n in range(6)]


def test_monthly_meetings_keep_the_day_of_the_first() -> None:
    found = quote(parse_terms(terms(meets_from="2026-01-31", frequency="months")), date(2026, 2, 3)).installments
    assert [str(row.due_date) for row in found[:3]] == ["2026-02-28", "2026-03-31", "2026-04-30"]


@given(
    late=st.integers(0, 400),
    every=st.integers(1, 4),
    unit=st.sampled_from(["weeks", "months"]),
    start=st.dates(date(2025, 1, 1), date(2026, 1, 1)),
)
def test_every_due_date_is_a_meeting(late: int, every: int, unit: Any, start: date) -> None:
    wanted = terms(meets_from=start.isoformat(), frequency=unit, repay_every=every)
    paid_out = start + timedelta(days=late)
    due = [row.due_date for row in quote(parse_terms(wanted), paid_out).installments]
    meetings = {add_periods(start, unit, every * n) for n in range(120)}
    assert set(due) <= meetings
    assert due == sorted(set(due))
    assert due[0] > paid_out


def test_meetings_exclude_another_first_date() -> None:
    with pytest.raises(InvalidTerms, match="meets_from"):
        parse_terms(terms(meets_from="2026-01-07", first_due_date="2026-02-07"))
