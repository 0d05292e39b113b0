"""The indicators of a microfinance portfolio, as ratios of one. None where there is nothing to divide by.

Sources: Sa-Dhan, Tracking Financial Performance Standards (the golden figures of the tests); CGAP, Measuring
Microfinance Delinquency (current repayment and annual loss rates). GLP, the gross loan portfolio, is the outstanding
principal with delinquent and renegotiated loans and without those written off.
"""

from __future__ import annotations

from decimal import Decimal

ZERO = Decimal(0)
Ratio = Decimal | None


def ratio(part: Decimal, whole: Decimal) -> Ratio:
    """`part / whole`; None where the whole is not above zero."""
    return part / whole if whole > 0 else None


def portfolio_at_risk(principal_at_risk: Decimal, glp: Decimal) -> Ratio:
    """PAR > X: the whole outstanding principal of loans with anything more than X days past due, over the GLP."""
    return ratio(principal_at_risk, glp)


def arrears_rate(overdue_principal: Decimal, glp: Decimal) -> Ratio:
    """Overdue principal over the GLP."""
    return ratio(overdue_principal, glp)


def write_off_ratio(written_off: Decimal, average_glp: Decimal) -> Ratio:
    """Principal written off in the period over the average GLP."""
    return ratio(written_off, average_glp)


def risk_coverage(allowance: Decimal, par30: Decimal) -> Ratio:
    """The loan loss allowance over the principal more than 30 days past due."""
    return ratio(allowance, par30)


def portfolio_yield(received: Decimal, average_glp: Decimal, days: int) -> Ratio:
    """Interest, fees and penalties received in `days` days over the average GLP, as a rate a year of 365 days."""
    share = ratio(received, average_glp)
    return None if share is None else share * 365 / days


def operational_self_sufficiency(income: Decimal, operating: Decimal, financing: Decimal, provision: Decimal) -> Ratio:
    """Operating income over operating, financing and provision expense."""
    return ratio(income, operating + financing + provision)


def current_repayment_rate(received: Decimal, prepayments: Decimal, fallen_due: Decimal) -> Ratio:
    """(received in the period - prepayments) / fallen due in it; earlier arrears are left out of both."""
    return ratio(received - prepayments, fallen_due)


def on_time_rate(paid_on_time: Decimal, fallen_due: Decimal) -> Ratio:
    """What was paid by its due date over what fell due."""
    return ratio(paid_on_time, fallen_due)


def average_balance(glp: Decimal, active_borrowers: int) -> Ratio:
    """The GLP over the people who owe it, each counted once."""
    return ratio(glp, Decimal(active_borrowers))


def annual_loss_rate(repayment_rate: Ratio, term_years: Ratio) -> Ratio:
    """(1 - CRR) / T x 2, where T is the average term in years: a loan is on average half repaid."""
    if repayment_rate is None or not term_years:
        return None
    return (1 - repayment_rate) / term_years * 2


def average_of(balances: list[Decimal]) -> Decimal:
    """The plain mean of balances a month apart; zero where there is none."""
    return sum(balances, ZERO) / len(balances) if balances else ZERO
