"""Rates against the laws' own published examples."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from apps.loans.domain.cash_flows import answer


def appendix_j(advance: str, payment: str, count: int, periods: str, t: int, f: str) -> dict[str, Any]:
    flows = [{"amount": f"-{advance}", "t": "0", "f": "0"}]
    flows += [{"amount": payment, "t": str(t + n), "f": f} for n in range(count)]
    return {"id": 1, "method": "us_appendix_j", "unit_periods_per_year": periods, "flows": flows}


@pytest.mark.parametrize(
    ("asked", "percent"),
    [
        # 12 CFR 1026, Appendix J, (c)(1): single advance, with or without an odd first period, otherwise regular
        (appendix_j("5000", "230", 24, "12", 1, "0"), "9.69"),
        (appendix_j("6000", "200", 36, "12", 1, "19/30"), "11.82"),
        (appendix_j("5000", "219.17", 24, "24", 0, "6/15"), "10.34"),
        (appendix_j("10000", "385", 40, "4", 1, "39/90"), "8.97"),
        (appendix_j("500", "17.60", 30, "52", 4, "4/7"), "14.96"),
    ],
)
def test_regulation_z(asked: dict[str, Any], percent: str) -> None:
    assert round(Decimal(answer(asked)["percent_per_year"]), 2) == Decimal(percent)


def test_the_eu_directive() -> None:
    """1,000 repaid as 1,200 after a year and a half, 546 days: 12.96 % (worked example to Annex I)."""
    flows = [{"amount": "-1000", "years": "0"}, {"amount": "1200", "years": "546/365"}]
    assert round(Decimal(answer({"id": 1, "method": "eu_annual", "flows": flows})["percent_per_year"]), 2) == Decimal(
        "12.96"
    )


def test_xirr() -> None:
    """The example of the spreadsheet function's own manual: 0.373362535."""
    rows = [
        ("-10000", "2008-01-01"),
        ("2750", "2008-03-01"),
        ("4250", "2008-10-30"),
        ("3250", "2009-02-15"),
        ("2750", "2009-04-01"),
    ]
    found = answer({"id": 1, "method": "xirr", "flows": [{"amount": a, "date": d} for a, d in rows]})
    assert abs(Decimal(found["percent_per_year"]) - Decimal("37.336253")) < Decimal("0.000002")


def test_long_flows() -> None:
    """Thirty years of months: the annuity's own rate comes back (1 % a month on 1,000,000)."""
    level = Decimal(1_000_000) * Decimal("0.01") / (1 - Decimal("1.01") ** -360)
    found = answer(appendix_j("1000000", str(level), 360, "12", 1, "0"))
    assert found["percent_per_year"] == "12.000000"


@pytest.mark.parametrize(
    ("amounts", "reason"),
    [
        (["-100", "-20"], "both ways"),
        (["100", "20"], "both ways"),
        (["-100", "230", "-132"], "several rates"),  # 10 % and 20 %
        (["100", "-150", "100"], "no rate"),  # the sum never reaches zero
        (["0", "0"], "both ways"),
    ],
)
def test_no_rate_is_said(amounts: list[str], reason: str) -> None:
    flows = [{"amount": a, "years": str(n)} for n, a in enumerate(amounts)]
    assert reason in answer({"id": 1, "method": "eu_annual", "flows": flows})["error"]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        7,
        {"method": "guess", "flows": [1]},
        {"method": "xirr", "flows": [{"amount": "x", "date": "2020-01-01"}]},
        {"method": "eu_annual", "flows": [{"amount": "1", "years": "1/0"}]},
        {"method": "xirr", "flows": [{}]},
        {"method": "us_appendix_j", "flows": [{"amount": "NaN", "t": "0"}]},
    ],
)
def test_bad_questions_are_answered_with_the_reason(asked: Any) -> None:
    assert answer(asked)["error"]
