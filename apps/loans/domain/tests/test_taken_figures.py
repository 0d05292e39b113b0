"""Running loans taken on from another system: worked examples, and what contradicts itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.loans.domain.calculator import state_of
from apps.loans.domain.fold import fold
from apps.loans.domain.terms import Charge, Event, Restructuring, TakeOn, Terms
from apps.loans.domain.tests.stories import LAST
from apps.loans.domain.violations import InvalidTerms

ZERO = Decimal(0)
D = Decimal
LENT, DAY = date(2026, 1, 15), date(2026, 6, 20)
TERMS = Terms(submitted_on=LENT, principal=D(12000), rate=D(24), installments=12, interest_method="declining_balance")
FIGURES = TakeOn(
    disbursed_on=LENT,
    principal=D("9000.00"),
    overdue_principal=D("1500.00"),
    overdue_interest=D("200.00"),
    fees=D("15.00"),
    penalties=D("3.00"),
    arrears_since=date(2026, 5, 15),
)


def taken(figures: TakeOn = FIGURES, day: date = DAY) -> Event:
    return Event(1, "take_on", day, take_on=figures)


def test_what_is_overdue_lies_on_its_due_dates_and_the_rest_on_those_to_come() -> None:
    state = fold(TERMS, [taken()], DAY)
    late = [(r.n, r.due_date, r.due["principal"], r.due["interest"]) for r in state.installments[:2]]
    # As agreed the fourth repaid 949.51 with 185.21 of interest; what is more than both lies on the oldest.
    assert late[0][:2] == (4, date(2026, 5, 15))
    assert late[1][:2] == (5, date(2026, 6, 15))
    assert sum(row[2] for row in late) == D(1500)
    assert sum(row[3] for row in late) == D(200)
    assert [row.n for row in state.installments] == list(range(4, 13))
    to_come = state.installments[2:]
    assert sum(row.due["principal"] for row in to_come) == D(7500)
    assert len({row.total_due for row in to_come[:-1]}) == 1
    assert {part: amount for part, amount in state.brought.opening.items() if amount} == {
        "principal": D("9000.00"),
        "interest": D("225.00"),
        "fees": D("15.00"),
        "penalties": D("3.00"),
    }


def test_the_installment_that_the_borrower_was_told_stays() -> None:
    told = replace(FIGURES, installment=D("1134.72"), accrued_interest=D("25.00"))
    to_come = fold(TERMS, [taken(told)], DAY).installments[2:]
    assert {row.total_due for row in to_come[:-1]} == {D("1134.72")}
    # Five of thirty days had accrued elsewhere; from then on 2 % a month of 7,500 for the other 25.
    assert to_come[0].due["interest"] == D("25.00") + D("125.00")


def test_what_was_paid_ahead_is_not_asked_for_again() -> None:
    ahead = TakeOn(LENT, D(6000), next_due_date=date(2026, 8, 15))
    rows = fold(TERMS, [taken(ahead)], DAY).installments
    assert [(row.n, row.due_date) for row in rows[:2]] == [(7, date(2026, 8, 15)), (8, date(2026, 9, 15))]
    assert rows[0].due["interest"] == D("120.00")  # of its own month alone
    assert sum(row.due["principal"] for row in rows) == D(6000)


def test_an_installment_that_cannot_repay_the_rest_is_not_kept() -> None:
    for amount in ("200.00", "7000.00"):
        rows = fold(TERMS, [taken(replace(FIGURES, installment=D(amount)))], DAY).installments
        assert rows == fold(TERMS, [taken()], DAY).installments


def test_a_loan_past_its_last_due_date_holds_what_is_overdue() -> None:
    figures = TakeOn(LENT, D(900), D(900), D(40), arrears_since=date(2026, 12, 15))
    state = fold(TERMS, [taken(figures, date(2027, 3, 1))], date(2027, 3, 1))
    assert [(r.n, r.due_date) for r in state.installments] == [(11, date(2026, 12, 15))] or len(state.installments) == 2
    assert state.arrears.days_past_due == 76
    assert state.arrears.total == D(940)


def test_interest_that_follows_what_is_paid_runs_on_all_that_is_outstanding_from_the_day_on() -> None:
    recalculated: dict[str, Any] = {
        "principal": "900.00",
        "rate": "36.5",
        "interest_method": "declining_balance",
        "interest_period": "daily",
        "installments": 3,
        "submitted_on": "2026-01-15",
        "recalculate_interest": {"rest": "daily"},
    }
    figures = {
        "disbursed_on": "2026-01-15",
        "principal": "600.00",
        "overdue_principal": "600.00",
        "overdue_interest": "20.00",
        "arrears_since": "2026-03-15",
    }
    case = {
        "terms": recalculated,
        "as_of": "2026-06-11",
        "events": [{"seq": 1, "type": "take_on", "date": "2026-06-01", "take_on": figures}],
    }
    # 600 × 0.1 % × 10 days after the day; nothing for the weeks before it.
    assert state_of(case)["totals"]["interest"] == "26.00"


def test_overdue_interest_bears_interest_from_the_day_on_and_not_before() -> None:
    terms = {
        "principal": "10.00",
        "rate": "22.1",
        "interest_method": "declining_balance",
        "installments": 1,
        "frequency": "days",
        "submitted_on": "2026-01-31",
        "recalculate_interest": {"rest": "daily", "compounding": "interest"},
    }
    figures = {
        "disbursed_on": "2026-01-31",
        "principal": "0.14",
        "overdue_principal": "0.14",
        "overdue_interest": "0.14",
        "arrears_since": "2026-02-01",
    }
    case = {"terms": terms, "events": [{"seq": 1, "type": "take_on", "date": "2026-04-01", "take_on": figures}]}
    assert state_of(case)["totals"]["interest"] == "0.14"
    assert state_of({**case, "as_of": "2026-07-01"})["totals"]["interest"] == "0.16"  # 0.28 × 22.1 % × 91 / 365


def test_penalties_go_on_where_the_other_system_stopped() -> None:
    terms = {
        "principal": "1200.00",
        "rate": "0",
        "interest_method": "flat",
        "installments": 12,
        "submitted_on": "2026-01-15",
        "overdue_penalty": {"percent": "2", "every": "month"},
    }
    figures = {
        "disbursed_on": "2026-01-15",
        "principal": "900.00",
        "overdue_principal": "100.00",
        "penalties": "4.00",
        "arrears_since": "2026-04-15",
    }
    case = {"terms": terms, "events": [{"seq": 1, "type": "take_on", "date": "2026-06-10", "take_on": figures}]}
    assert state_of({**case, "as_of": "2026-06-14"})["totals"]["penalties"] == "4.00"
    assert state_of({**case, "as_of": "2026-06-16"})["totals"]["penalties"] == "8.00"  # on it, and on that of June


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"principal": D(12001)}, "principal", "more than the 12000 that was lent"),
        ({"disbursed_on": date(2026, 6, 21)}, "disbursed_on", "is after 2026-06-20"),
        ({"overdue_principal": D(9001)}, "overdue_principal", "more than the 9000.00 outstanding"),
        ({"overdue_principal": D(9000)}, "overdue_principal", "though installments fall due until 2027-01-15"),
        ({"arrears_since": None}, "arrears_since", "say since which due date"),
        ({"arrears_since": date(2026, 6, 20)}, "arrears_since", "is not before 2026-06-20"),
        ({"arrears_since": date(2026, 5, 12)}, "arrears_since", "the nearest due date is 2026-05-15"),
        ({"next_due_date": date(2026, 7, 14)}, "next_due_date", "the next due date is 2026-07-15"),
        ({"matures_on": date(2027, 2, 15)}, "matures_on", "the last of 12 installments is due 2027-01-15"),
    ],
)
def test_what_contradicts_itself_is_refused_at_its_field(changed: dict[str, Any], field: str, says: str) -> None:
    with pytest.raises(InvalidTerms) as refused:
        fold(TERMS, [taken(replace(FIGURES, **changed))], DAY)
    assert [(v.path.rsplit(".", 1)[1]) for v in refused.value.violations if says in v.problem] == [field]


def test_arrears_since_a_day_without_anything_overdue_is_refused() -> None:
    figures = TakeOn(LENT, D(9000), arrears_since=date(2026, 5, 15))
    with pytest.raises(InvalidTerms, match="though nothing is overdue"):
        fold(TERMS, [taken(figures)], DAY)


def test_past_the_last_due_date_all_is_overdue() -> None:
    with pytest.raises(InvalidTerms, match="all fell due by 2027-01-15"):
        fold(TERMS, [taken(TakeOn(LENT, D(900)), date(2027, 3, 1))], date(2027, 3, 1))


@pytest.mark.parametrize(
    "early",
    [
        Event(2, "repayment", date(2026, 6, 19), D(5)),
        Event(2, "add_charge", DAY, charge=Charge("fee", "due_date", "flat", D(5), due_date=date(2026, 6, 1))),
        Event(2, "reschedule", date(2026, 6, 1), terms=Restructuring(date(2026, 8, 15), extra_terms=2)),
        Event(2, "disbursement", DAY, D(5)),
    ],
)
def test_nothing_is_dated_before_the_day(early: Event) -> None:
    with pytest.raises(InvalidTerms, match="taken on"):
        fold(TERMS, [taken(), early], LAST)


def test_a_restructuring_leaves_what_was_brought_forward() -> None:
    longer = Event(2, "reschedule", DAY, terms=Restructuring(date(2026, 8, 15), extra_terms=3))
    before, state = fold(TERMS, [taken()], DAY), fold(TERMS, [taken(), longer], DAY)
    assert [(r.due_date, r.due) for r in state.installments[:3]] == [
        (r.due_date, r.due) for r in before.installments[:3]
    ]
    assert state.installments[-1].n == 15
    assert state.due("principal") == D(9000)


def test_with_its_history_a_loan_is_as_if_it_had_been_lent_here() -> None:
    lent = [Event(1, "disbursement", LENT, D(12000)), Event(2, "repayment", date(2026, 3, 1), D(2000))]
    plain, marked = fold(TERMS, lent, DAY), fold(TERMS, [*lent, Event(3, "cut_over", DAY)], DAY)
    assert [(r.n, r.due, r.paid) for r in marked.installments] == [(r.n, r.due, r.paid) for r in plain.installments]
    assert marked.taken_on == DAY
    assert marked.brought.opening["principal"] == plain.outstanding("principal")
    # Five installments fell due, and five days of thirty of the sixth had been earned.
    earned = sum(row.due["interest"] for row in plain.installments[:5])
    running = plain.installments[5].due["interest"] * 5 / 30
    assert abs(marked.brought.opening["interest"] - (earned + running - plain.paid("interest"))) < D("0.01")


@pytest.mark.parametrize(
    "late", [Event(4, "repayment", date(2026, 6, 1), D(5)), Event(4, "undo", date(2026, 3, 1), undoes=2)]
)
def test_a_history_that_was_taken_on_stays_as_it_is(late: Event) -> None:
    lent = [Event(1, "disbursement", LENT, D(12000)), Event(2, "repayment", date(2026, 3, 1), D(2000))]
    with pytest.raises(InvalidTerms, match="taken on"):
        fold(TERMS, [*lent, Event(3, "cut_over", DAY), late], DAY)
