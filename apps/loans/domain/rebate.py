"""What a borrower is given back of precomputed interest for settling early.

Actuarial: the future installments less their present value at the loan's own periodic rate. Rule of 78: interest is
earned by the sum of the digits (domain example: 12 months, charge 100, settled after 3: 45 / 78 of it, 57.69).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from .cash_flows import Flow, NoRate, rate_per_period
from .fixed_schedule import down_payment
from .money import ZERO
from .snapshot import Installment
from .terms import Terms

Tranches = list[tuple[date, Decimal]]


def settlement_rebate(terms: Terms, rows: list[Installment], tranches: Tranches, value_date: date) -> Decimal:
    """The rebate for settling on `value_date`, in currency units: no more than the interest still to come.

    It is that of what was really lent: of each tranche, from its day, what its down payment left. It may be more than
    is unpaid of that interest; what was paid ahead and not earned is then given back.
    """
    to_come = [row for row in rows if row.due_date > value_date]
    if terms.settlement_rebate == "none" or not to_come:
        return ZERO
    exact = (
        _rule_of_78(rows, len(to_come))
        if terms.settlement_rebate == "rule_of_78"
        else _actuarial(terms, rows, to_come, tranches)
    )
    maximum = sum((row.due["interest"] for row in to_come), ZERO)
    return min(max(terms.currency.round(exact, terms.round_mode), ZERO), maximum)


def _rule_of_78(rows: list[Installment], left: int) -> Decimal:
    interest = sum((row.due["interest"] for row in rows), ZERO)
    return interest * left * (left + 1) / (len(rows) * (len(rows) + 1))


def _actuarial(terms: Terms, rows: list[Installment], to_come: list[Installment], tranches: Tranches) -> Decimal:
    amounts = [row.due["principal"] + row.due["interest"] for row in rows]
    lent = [Flow(down_payment(terms, amount) - amount, _place(rows, day)) for day, amount in tranches]
    try:
        rate = rate_per_period([*lent, *(Flow(a, Fraction(n)) for n, a in enumerate(amounts, start=1))])
    except NoRate:
        return ZERO
    future = [row.due["principal"] + row.due["interest"] for row in to_come]
    present = sum((a / (1 + rate) ** n for n, a in enumerate(future, start=1)), ZERO)
    return sum(future, ZERO) - present


def _place(rows: list[Installment], day: date) -> Fraction:
    """When `day` is, in installments from the pay-out: within a period, by its share of days."""
    for k, row in enumerate(rows):
        if day < row.due_date and row.days:
            return k + Fraction(max((day - row.start).days, 0), row.days)
    return Fraction(len(rows))
