"""APR and EIR of a loan's own cash flows.

APR: the nominal annual rate per unit period, US Regulation Z, Appendix J (b). EIR: the compounded annual rate of
Directive 2008/48/EC, Annex I, in its form with 12 equal months, 52 weeks or 365 days a year, so that the same
loan shows the same rate whatever month it starts in. Both in percent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import pairwise

from .calendar import periods_between
from .state import LoanState
from .terms import PERIODS_A_YEAR, Terms

Flow = tuple[Decimal, Decimal]  # (amount, time); what the borrower receives is negative
CENT = Decimal("0.01")


def solve(flows: Sequence[Flow]) -> Decimal | None:
    """The rate x at which Σ amount / (1 + x)^time is 0, or None where there is no single one in (-0.99, 10,000).

    A loan's flows change sign once, so the value grows with x and bisection cannot settle on a wrong root.
    """
    signs = [amount > 0 for amount, _ in sorted(flows, key=lambda f: f[1]) if amount]
    if sum(a != b for a, b in pairwise(signs)) != 1:
        return None

    def value(x: Decimal) -> Decimal:
        return sum((amount / (1 + x) ** time for amount, time in flows), Decimal(0))

    return _bisect(value, Decimal("-0.99"), Decimal(10_000))


def _bisect(value: Callable[[Decimal], Decimal], low: Decimal, high: Decimal) -> Decimal | None:
    at_low, at_high = value(low), value(high)
    if (at_low > 0) == (at_high > 0):
        return None
    # The wide bracket is narrowed from the usual end first: nearly every loan's rate lies below 1 a period.
    if (value(Decimal(1)) > 0) == (at_high > 0):
        high = Decimal(1)
    for _ in range(60):
        middle = (low + high) / 2
        if (value(middle) > 0) == (at_low > 0):
            low = middle
        else:
            high = middle
        if high - low < Decimal("1e-9"):
            break
    return (low + high) / 2


def apr(terms: Terms, state: LoanState) -> Decimal | None:
    """Nominal annual percentage rate, two decimals; None where no rate exists."""
    rate = solve(_flows(terms, state))
    return None if rate is None else (rate * _unit_periods_a_year(terms) * 100).quantize(CENT)


def eir(terms: Terms, state: LoanState) -> Decimal | None:
    """Effective annual percentage rate, two decimals; None where no rate exists."""
    rate = solve(_flows(terms, state))
    return None if rate is None else (((1 + rate) ** _unit_periods_a_year(terms) - 1) * 100).quantize(CENT)


def _unit_periods_a_year(terms: Terms) -> Decimal:
    return Decimal(PERIODS_A_YEAR[terms.frequency]) / terms.repay_every


def _flows(terms: Terms, state: LoanState) -> list[Flow]:
    """What is received (net of fees kept back) and each installment, timed in unit periods."""
    start = state.disbursed_on or terms.submitted_on
    received = (state.disbursed if state.disbursed_on else terms.principal) - state.fees_at_disbursement
    first = Decimal(1)
    if terms.first_due_date is not None:
        first = periods_between(start, state.installments[0].due_date, terms.frequency, terms.repay_every)
    return [
        (-received, Decimal(0)),
        *((row.total_due, first + k) for k, row in enumerate(state.installments)),
    ]
