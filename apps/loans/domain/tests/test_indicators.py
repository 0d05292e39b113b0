"""Published figures: Sa-Dhan, Tracking Financial Performance Standards."""

from __future__ import annotations

from decimal import Decimal

from apps.loans.domain import indicators as formula

D = Decimal


def percent(found: Decimal | None) -> Decimal:
    assert found is not None
    return (found * 100).quantize(D("0.01"))


def test_ageing_of_page_76() -> None:
    glp = D(168_000)
    late = {1: 40_000, 30: 22_500, 60: 12_500, 90: 7_500}
    found = {days: percent(formula.portfolio_at_risk(D(amount), glp)) for days, amount in late.items()}
    assert found == {1: D("23.81"), 30: D("13.39"), 60: D("7.44"), 90: D("4.46")}
    assert percent(formula.risk_coverage(D(13_125), D(22_500))) == D("58.33")


def test_current_repayment_rate_of_page_85() -> None:
    found = formula.current_repayment_rate(received=D(387_700), prepayments=D(7_500), fallen_due=D(381_500))
    assert percent(found) == D("99.66")
    # The loss that this means for loans of half a year: (1 - 0.99659) / 0.5 x 2.
    assert percent(formula.annual_loss_rate(found, D("0.5"))) == D("1.36")


def test_operational_self_sufficiency_of_page_101() -> None:
    found = formula.operational_self_sufficiency(D(27_200), operating=D(22_000), financing=D(9_200), provision=D(3_000))
    assert percent(found) == D("79.53")


def test_the_others_by_hand() -> None:
    assert formula.arrears_rate(D(50), D(1000)) == D("0.05")
    assert formula.write_off_ratio(D(30), D(1500)) == D("0.02")
    assert formula.portfolio_yield(D(100), D(1000), 73) == D("0.5")  # a fifth of a year
    assert formula.on_time_rate(D(90), D(120)) == D("0.75")
    assert formula.average_balance(D(1000), 8) == D(125)
    assert formula.average_of([D(1), D(2), D(6)]) == D(3)


def test_nothing_to_divide_by_is_no_rate() -> None:
    assert formula.portfolio_at_risk(D(0), D(0)) is None
    assert formula.average_balance(D(0), 0) is None
    assert formula.annual_loss_rate(None, D(1)) is None
    assert formula.portfolio_yield(D(1), D(0), 30) is None
