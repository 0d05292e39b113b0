"""Schedules against published figures, each with its source."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.loans.domain.calculator import state_of
from apps.loans.domain.calendar import due_dates
from apps.loans.domain.terms_parser import parse_case
from apps.loans.domain.violations import InvalidTerms

BASE = {
    "principal": "1000.00",
    "rate": "2",
    "rate_per": "month",
    "installments": 12,
    "submitted_on": "2025-01-01",
    "interest_method": "declining_balance",
}


def state(**terms: object) -> dict:
    return state_of({"id": "t", "terms": {**BASE, **terms}})


@pytest.mark.parametrize(
    ("terms", "installment", "interest", "apr", "eir"),
    [
        # docs/loan-engine.md, "Conventions": M1,000 over 12 months at 2 % a month flat
        ({"interest_method": "flat"}, "103.33", "240.00", "41.70", "50.67"),
        # the same, declining: installment 94.56; 134.72 unrounded, 134.70 once each installment is rounded to lisente
        ({}, "94.56", "134.70", "24.00", "26.82"),
    ],
)
def test_golden_figures(terms: dict, installment: str, interest: str, apr: str, eir: str) -> None:
    found = state(**terms)
    assert found["installments"][0]["total_due"] == installment
    assert found["totals"]["interest"] == interest
    assert (found["apr"], found["eir"]) == (apr, eir)


def test_a_fee_kept_back_raises_the_rate() -> None:
    # with 5 % up-front fee 52.29 % and 66.83 %, on unrounded installments of 103.3333
    fee = {"name": "fee", "kind": "fee", "timing": "disbursement", "calculation": "percent", "amount": "5"}
    found = state(interest_method="flat", charges=[fee])
    assert abs(Decimal(found["apr"]) - Decimal("52.29")) <= Decimal("0.01")
    assert abs(Decimal(found["eir"]) - Decimal("66.83")) <= Decimal("0.01")


def test_a_rate_past_all_telling_is_none_and_no_fault() -> None:
    found = state(rate="1000", frequency="days", interest_method="flat")
    assert found["apr"] is not None
    assert found["eir"] is None


def test_days_past_due_of_sa_dhan() -> None:
    """Tracking Financial Performance Standards, pp. 52-53: 50 weekly installments of 20 + 3, unpaid from the 40th."""
    terms = {
        "principal": "1000.00",
        "rate": "15.6",
        "interest_method": "flat",
        "installments": 50,
        "frequency": "weeks",
        "submitted_on": "2002-07-23",
        "currency": {"code": "INR"},
    }
    paid = [
        {
            "seq": n + 1,
            "type": "repayment",
            "date": str(date.fromordinal(date(2002, 7, 23).toordinal() + 7 * n)),
            "amount": "23.00",
        }
        for n in range(1, 40)
    ]
    events = [{"seq": 1, "type": "disbursement", "date": "2002-07-23", "amount": "1000.00"}, *paid]
    found = state_of({"id": 1, "terms": terms, "events": events, "as_of": "2003-07-09"})
    assert found["arrears"]["oldest_due_date"] == "2003-04-29"
    assert (found["arrears"]["days_past_due"], found["arrears"]["principal"], found["arrears"]["interest"]) == (
        71,
        "220.00",
        "33.00",
    )


def test_a_month_end_stays_a_month_end() -> None:
    assert due_dates(date(2023, 1, 31), "months", 1, 3) == [date(2023, 2, 28), date(2023, 3, 31), date(2023, 4, 30)]


@pytest.mark.parametrize(
    ("grace", "first"),
    [
        ({"principal": 2}, {"principal": "0.00", "interest": "20.00"}),
        ({"interest_payment": 2}, {"interest": "0.00"}),
        ({"interest_free": 2}, {"interest": "0.00"}),
    ],
)
def test_graces(grace: dict, first: dict) -> None:
    found = state(grace=grace)
    assert {k: found["installments"][0][k] for k in first} == first
    assert found["totals"]["principal"] == "1000.00"
    if "interest_payment" in grace:  # nothing of the interest is lost: it is carried on
        assert Decimal(found["installments"][2]["interest"]) > 20
    if "interest_free" in grace:
        assert found["installments"][1]["interest"] == "0.00"
        assert Decimal(found["installments"][2]["interest"]) > 0


@pytest.mark.parametrize(
    ("terms", "path"),
    [
        ({"principal": "-5"}, "$.terms.principal"),
        ({"principal": 1000.5}, "$.terms.principal"),
        ({"principal": "NaN"}, "$.terms.principal"),
        ({"installments": 0}, "$.terms.installments"),
        ({"frequency": "fortnights"}, "$.terms.frequency"),
        ({"submitted_on": "2025-02-30"}, "$.terms.submitted_on"),
        ({"grace": {"principal": 12}}, "$.terms.grace.principal"),
    ],
)
def test_a_fault_is_named_by_its_path(terms: dict, path: str) -> None:
    with pytest.raises(InvalidTerms) as refused:
        parse_case({"terms": {**BASE, **terms}})
    assert path in [f.path for f in refused.value.violations]
