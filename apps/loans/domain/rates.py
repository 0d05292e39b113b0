"""APR and EIR of a loan's own cash flows.

APR: the nominal annual rate per unit period, US Regulation Z, Appendix J (b). EIR: the compounded annual rate of
Directive 2008/48/EC, Annex I, in its form with 12 equal months, 52 weeks or 365 days a year, so that the same
loan shows the same rate whatever month it starts in. Both in percent.

They are those of the schedule agreed at pay-out, whatever happens later.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from .calendar import periods_between
from .cash_flows import Flow, NoRate, rate_per_period
from .fold import fold
from .snapshot import LoanSnapshot
from .terms import PERIODS_A_YEAR, Event, Terms

CENT = Decimal("0.01")
TELLABLE = Decimal(10) ** 12  # percent; a day rate compounded over a year has more digits than Decimal keeps


def apr(terms: Terms, snapshot: LoanSnapshot) -> Decimal | None:
    """Nominal annual percentage rate, two decimals; None where no rate exists."""
    rate = _per_period(terms, snapshot)
    return None if rate is None else (rate * _unit_periods_a_year(terms) * 100).quantize(CENT)


def eir(terms: Terms, snapshot: LoanSnapshot) -> Decimal | None:
    """Effective annual percentage rate, two decimals; None where no rate exists, or it is past all telling."""
    rate = _per_period(terms, snapshot)
    if rate is None:
        return None
    effective = ((1 + rate) ** _unit_periods_a_year(terms) - 1) * 100
    return effective.quantize(CENT) if effective < TELLABLE else None


def _per_period(terms: Terms, snapshot: LoanSnapshot) -> Decimal | None:
    flows = _flows(terms, _agreed(terms, snapshot))
    costs = sum((flow.amount for flow in flows), Decimal(0)) >= 0
    try:
        return rate_per_period(flows, not_below_zero=costs)
    except NoRate:
        return None


def _agreed(terms: Terms, snapshot: LoanSnapshot) -> LoanSnapshot:
    """The loan as it stood at pay-out: what was paid out on the first day, and nothing else yet."""
    day = snapshot.disbursed_on
    if day is None:
        return snapshot
    paid_out = [amount for on, amount in snapshot.tranches if on == day]
    return fold(terms, [Event(n, "disbursement", day, amount) for n, amount in enumerate(paid_out, start=1)], day)


def _unit_periods_a_year(terms: Terms) -> Decimal:
    return Decimal(PERIODS_A_YEAR[terms.frequency]) / terms.repay_every


def _flows(terms: Terms, snapshot: LoanSnapshot) -> list[Flow]:
    """What is received (net of fees and savings kept back) and each installment, timed in unit periods.

    Savings held back come back with the last installment: the borrower never had the use of them.
    """
    start = snapshot.disbursed_on or terms.submitted_on
    tranches = snapshot.tranches or [(start, terms.principal)]
    flows = [Flow(-amount, _periods(terms, start, day)) for day, amount in tranches]
    flows.append(Flow(snapshot.fees_at_disbursement + snapshot.savings, Fraction(0)))
    regular = [row for row in snapshot.installments if row.kind == "regular"]
    first = Fraction(1)
    if terms.dated_first and regular:
        first = _periods(terms, start, regular[0].due_date)
    flows += [Flow(row.total_due, first + k) for k, row in enumerate(regular)]
    last = first + len(regular) - 1
    flows.append(Flow(-snapshot.savings, last))
    flows += [
        Flow(row.total_due, _periods(terms, start, row.due_date))
        for row in snapshot.installments
        if row.kind != "regular"
    ]
    return flows


def _periods(terms: Terms, start: date, day: date) -> Fraction:
    return Fraction(periods_between(start, day, terms.frequency, terms.repay_every))
