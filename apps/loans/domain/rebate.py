"""What a borrower is given back of precomputed interest for settling early.

Actuarial: the future installments less their present value at the loan's own periodic rate. Rule of 78: interest is
earned by the sum of the digits (domain example: 12 months, charge 100, settled after 3: 45 / 78 of it, 57.69).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from .cash_flows import Flow, NoRate, rate_per_period
from .money import ZERO
from .snapshot import Installment
from .terms import Terms


def settlement_rebate(terms: Terms, rows: list[Installment], lent: Decimal, value_date: date) -> Decimal:
    """The rebate for settling on `value_date`, in currency units: no more than the unpaid interest still to come."""
    to_come = [row for row in rows if row.due_date > value_date]
    if terms.settlement_rebate == "none" or not to_come:
        return ZERO
    exact = (
        _rule_of_78(rows, len(to_come)) if terms.settlement_rebate == "rule_of_78" else _actuarial(rows, to_come, lent)
    )
    maximum = sum((row.left("interest") for row in to_come), ZERO)
    return min(max(terms.currency.round(exact, terms.round_mode), ZERO), maximum)


def _rule_of_78(rows: list[Installment], left: int) -> Decimal:
    interest = sum((row.due["interest"] for row in rows), ZERO)
    return interest * left * (left + 1) / (len(rows) * (len(rows) + 1))


def _actuarial(rows: list[Installment], to_come: list[Installment], lent: Decimal) -> Decimal:
    amounts = [row.due["principal"] + row.due["interest"] for row in rows]
    try:
        rate = rate_per_period(
            [Flow(-lent, Fraction(0)), *(Flow(a, Fraction(n)) for n, a in enumerate(amounts, start=1))]
        )
    except NoRate:
        return ZERO
    future = [row.due["principal"] + row.due["interest"] for row in to_come]
    present = sum((a / (1 + rate) ** n for n, a in enumerate(future, start=1)), ZERO)
    return sum(future, ZERO) - present
