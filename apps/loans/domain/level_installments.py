"""What an installment amounts to where all are to be equal: the annuity, the equal part of the principal, and the level
that leaves the last installment of uneven periods nearest to the others.
"""

from __future__ import annotations

from decimal import Decimal

from .money import ZERO, to_multiple
from .terms import PERIODS_A_YEAR, Terms


def rounded_installment(terms: Terms, amount: Decimal) -> Decimal:
    """A level installment to the agreed multiple, or to the currency."""
    if terms.installment_multiple:
        return to_multiple(amount, terms.installment_multiple, terms.round_mode)
    return terms.currency.round(amount, terms.round_mode)


def annuity_rate(terms: Terms, annual_rate: Decimal) -> Decimal:
    """The periodic rate that the equal installment is computed on, as a fraction."""
    if terms.interest_period == "same_as_repayment":
        return annual_rate * terms.repay_every / PERIODS_A_YEAR[terms.frequency]
    year = Decimal(365 if terms.days_in_year == "actual" else int(terms.days_in_year))
    days = {"months": 30, "weeks": 7, "days": 1}[terms.frequency] * terms.repay_every
    return annual_rate * days / year


def annuity(principal: Decimal, rate: Decimal, count: int) -> Decimal:
    """The level installment that repays `principal` with `rate` a period in `count` periods, unrounded."""
    if rate == 0:
        return principal / count
    growth = (1 + rate) ** count
    return principal * rate * growth / (growth - 1)


def equal_principal(terms: Terms, principal: Decimal, paying: int) -> Decimal:
    """The principal of each installment but the last, where it is not what an annuity leaves."""
    if terms.amortization == "bullet":
        return ZERO
    fixed = terms.fixed_principal_percent
    part = principal * fixed / 100 if fixed else principal / paying
    if terms.interest_method == "flat":  # rounded with the interest, to the installment's multiple
        return part if terms.installment_multiple else terms.currency.round(part, terms.round_mode)
    if terms.installment_multiple:
        part = to_multiple(part, terms.installment_multiple, terms.round_mode)
    return terms.currency.round(part, terms.round_mode)


def balanced_level(
    terms: Terms, rates: list[Decimal], balance: Decimal, first_interest: Decimal | None = None
) -> Decimal:
    """The level installment that repays `balance` at `rates` a period, so that the last differs little from the rest.

    The annuity over uneven periods, then moved by the last installment's difference while that makes it smaller, as
    long as the difference is more than half a cent for each installment. `first_interest` is that of the first
    installment where a tranche comes inside its period, so that not all of the balance bears interest there.
    """
    first = balance * rates[0] if first_interest is None else first_interest
    growth, factor = Decimal(1), Decimal(1)
    for rate in rates[1:]:
        growth *= 1 + rate
        factor = 1 + factor * (1 + rate)
    level = rounded_installment(terms, (balance + first) * growth / factor)
    difference = _last_difference(terms, rates, balance, level, first)
    while len(rates) // 2 and abs(difference) * 100 > len(rates) // 2:
        other = rounded_installment(terms, level + difference / len(rates))
        if other == level:
            break
        smaller = _last_difference(terms, rates, balance, other, first)
        if abs(smaller) >= abs(difference):
            break
        level, difference = other, smaller
    return level


def _last_difference(terms: Terms, rates: list[Decimal], balance: Decimal, level: Decimal, first: Decimal) -> Decimal:
    """By how much the last installment is more than `level`; `first` is the interest of the first."""
    interest = terms.currency.round(first, terms.round_mode)
    for rate in rates[1:]:
        balance -= min(max(level - interest, ZERO), balance)
        interest = terms.currency.round(balance * rate, terms.round_mode)
    return balance + interest - level
