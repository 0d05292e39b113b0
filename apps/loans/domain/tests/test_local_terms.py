"""What lenders of Southern Africa use beyond the conventions of the known cases."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.loans.domain.calculator import state_of

D = Decimal


def state(events: list[dict] | None = None, as_of: str | None = None, **terms: object) -> dict:
    base = {
        "principal": "1000.00",
        "rate": "10",
        "installments": 12,
        "submitted_on": "2026-01-15",
        "interest_method": "flat",
    }
    case: dict = {"id": "t", "terms": {**base, **terms}}
    if events is not None:
        out = {"seq": 1, "type": "disbursement", "date": "2026-01-15", "amount": "1000.00"}
        case |= {"events": [out, *events], "as_of": as_of}
    return state_of(case)


def paid(months: int, amount: str) -> list[dict]:
    return [
        {"seq": n + 1, "type": "repayment", "date": f"2026-{n + 1:02}-15", "amount": amount}
        for n in range(1, months + 1)
    ]


def test_rule_of_78_gives_back_what_is_published() -> None:
    """12 months, charge 100, settled after 3: rebate 45 / 78 of it, 57.69."""
    found = state(paid(3, "91.66"), "2026-04-15", settlement_rebate="rule_of_78")
    assert D(found["totals"]["outstanding"]) - D(found["payoff"]) == D("57.69")
    settle = {"seq": 9, "type": "pay_off", "date": "2026-04-15"}
    settled = state([*paid(3, "91.66"), settle], "2026-04-15", settlement_rebate="rule_of_78")
    assert settled["status"] == "closed"
    assert settled["totals"]["interest"] == "42.31"


def test_an_actuarial_rebate_leaves_the_principal_of_the_loans_own_rate() -> None:
    """9 of 12 installments of 91.67 to come: at the loan's own 1.4977 % a month they are worth 766.2."""
    found = state(paid(3, "91.66"), "2026-04-15", settlement_rebate="actuarial")
    rebate = D(found["totals"]["outstanding"]) - D(found["payoff"])
    assert D("58") < rebate < D("60")
    assert state(paid(3, "91.66"), "2026-04-15")["payoff"] == found["totals"]["outstanding"]


def test_a_bullet_loan_pays_interest_and_then_all() -> None:
    rows = state(interest_method="declining_balance", rate="24", installments=3, amortization="bullet")["installments"]
    assert [(r["principal"], r["interest"]) for r in rows] == [
        ("0.00", "20.00"),
        ("0.00", "20.00"),
        ("1000.00", "20.00"),
    ]


@pytest.mark.parametrize(
    ("day", "dates"),
    [
        (25, ["2026-02-25", "2026-03-25", "2026-04-25"]),  # 25 January is only ten days off
        (31, ["2026-01-31", "2026-02-28", "2026-03-31"]),
    ],
)
def test_salary_loans_fall_due_on_the_pay_day(day: int, dates: list[str]) -> None:
    assert [r["due_date"] for r in state(installments=3, due_day=day)["installments"]] == dates


@pytest.mark.parametrize(
    ("rule", "first", "third"),
    [
        ("keep", "2026-02-15", "2026-04-15"),  # 15 February 2026 is a Sunday
        ("next", "2026-02-16", "2026-04-16"),
        ("previous", "2026-02-13", "2026-04-14"),
    ],
)
def test_due_dates_leave_weekends_and_holidays(rule: str, first: str, third: str) -> None:
    days = {"rule": rule, "weekend": [6, 7], "holidays": ["2026-04-15"]}
    rows = state(installments=4, working_days=days)["installments"]
    assert (rows[0]["due_date"], rows[2]["due_date"]) == (first, third)
    assert rows[1]["due_date"] == ("2026-03-15" if rule == "keep" else "2026-03-16" if rule == "next" else "2026-03-13")


def test_in_duplum_stops_penalties_at_the_principal_outstanding() -> None:
    penalty = {"percent": "30", "of": "principal_and_interest", "every": "month"}
    terms = {"installments": 1, "rate": "120", "overdue_penalty": penalty}
    free, held = state([], "2028-01-15", **terms), state([], "2028-01-15", **terms, in_duplum=True)
    assert D(free["totals"]["penalties"]) > D(held["totals"]["penalties"])
    assert D(held["totals"]["penalties"]) + D(held["totals"]["interest"]) == D("1000.00")


def test_savings_held_back_raise_the_effective_rate() -> None:
    with_savings = state(savings_percent="10")
    assert D(with_savings["eir"]) > D(state()["eir"])
    assert with_savings["totals"]["due"] == state()["totals"]["due"]


def test_an_overdue_penalty_is_dated_and_goes_when_the_money_came_in_time() -> None:
    penalty = {"percent": "5", "of": "principal", "after_days": 3, "grace_days": 1}
    terms = {"installments": 2, "rate": "0", "overdue_penalty": penalty}
    assert state([], "2026-02-18", **terms)["totals"]["penalties"] == "0.00"  # three days late: not yet
    assert state([], "2026-02-19", **terms)["installments"][0]["penalties"] == "25.00"
    came = {"seq": 2, "type": "repayment", "date": "2026-02-15", "amount": "500.00", "booked_on": "2026-02-19"}
    assert state([came], "2026-02-19", **terms)["totals"]["penalties"] == "0.00"
