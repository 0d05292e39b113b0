"""The cumulative repayment schedule: what falls due when, before anything is paid.

Conventions are in docs/loan-engine.md: interest is rounded to the currency at each installment, and
the last installment absorbs what rounding left over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .calendar import due_dates, periods_between
from .money import ZERO, to_multiple
from .terms import PERIODS_A_YEAR, Terms


@dataclass(frozen=True, slots=True)
class Row:
    """One scheduled installment; `start` is the previous due date, `balance` the principal left after it."""

    n: int
    start: date
    due_date: date
    principal: Decimal
    interest: Decimal
    balance: Decimal

    @property
    def days(self) -> int:
        return (self.due_date - self.start).days


def build_schedule(terms: Terms, disbursed_on: date, principal: Decimal) -> list[Row]:
    """The installments of `principal` paid out on `disbursed_on`. Amounts in currency units, summing to it."""
    start = terms.submitted_on if terms.schedule_counts_from == "submitted_on" else disbursed_on
    dates = due_dates(start, terms.frequency, terms.repay_every, terms.installments, terms.first_due_date)
    starts = [disbursed_on, *dates[:-1]]
    shares = _period_shares(terms, starts, dates)
    split = _flat if terms.interest_method == "flat" else _declining
    rows: list[Row] = []
    balance = principal
    for n, (due_principal, interest) in enumerate(split(terms, principal, shares), start=1):
        balance -= due_principal
        rows.append(Row(n, starts[n - 1], dates[n - 1], due_principal, interest, balance))
    return rows


def _period_shares(terms: Terms, starts: list[date], dates: list[date]) -> list[Decimal]:
    """The part of a year's interest that each period bears, before it is multiplied with rate and balance."""
    if terms.interest_period == "daily":
        return [_daily_share(terms, start, due) for start, due in zip(starts, dates, strict=True)]
    whole = Decimal(terms.repay_every) / PERIODS_A_YEAR[terms.frequency]
    shares = [whole] * terms.installments
    if terms.first_due_date and terms.partial_period_interest:
        shares[0] = whole * periods_between(starts[0], dates[0], terms.frequency, terms.repay_every)
    return shares


def _daily_share(terms: Terms, start: date, due: date) -> Decimal:
    year = Decimal(365 if terms.days_in_year == "actual" else int(terms.days_in_year))
    if terms.days_in_month == "30" and terms.frequency == "months":
        return Decimal(30 * terms.repay_every) / year
    return Decimal((due - start).days) / year


def annuity_rate(terms: Terms) -> Decimal:
    """The periodic rate that the equal installment is computed on, as a fraction."""
    if terms.interest_period == "same_as_repayment":
        return terms.annual_rate * terms.repay_every / PERIODS_A_YEAR[terms.frequency]
    year = Decimal(365 if terms.days_in_year == "actual" else int(terms.days_in_year))
    days = {"months": 30, "weeks": 7, "days": 1}[terms.frequency] * terms.repay_every
    return terms.annual_rate * days / year


def annuity(principal: Decimal, rate: Decimal, count: int) -> Decimal:
    """The level installment that repays `principal` with `rate` a period in `count` periods, unrounded."""
    if rate == 0:
        return principal / count
    growth = (1 + rate) ** count
    return principal * rate * growth / (growth - 1)


def _declining(terms: Terms, principal: Decimal, shares: list[Decimal]) -> list[tuple[Decimal, Decimal]]:
    currency, mode = terms.currency, terms.round_mode
    paying = terms.installments - terms.grace.principal
    level = annuity(principal, annuity_rate(terms), paying)
    level = (
        to_multiple(level, terms.installment_multiple, mode)
        if terms.installment_multiple
        else currency.round(level, mode)
    )
    equal_part = _equal_principal(terms, principal, paying)
    rows: list[tuple[Decimal, Decimal]] = []
    balance, carried = principal, ZERO
    for n in range(1, terms.installments + 1):
        interest = ZERO
        if n > terms.grace.interest_free:
            interest = currency.round(balance * terms.annual_rate * shares[n - 1], mode)
        due_interest, carried = _after_interest_grace(terms, n, interest, carried)
        if n <= terms.grace.principal:
            part = ZERO
        elif n == terms.installments:
            part = balance
        elif terms.amortization == "equal_principal":
            part = min(equal_part, balance)
        else:
            part = min(max(level - interest, ZERO), balance)
        balance -= part
        rows.append((part, due_interest))
    return rows


def _flat(terms: Terms, principal: Decimal, shares: list[Decimal]) -> list[tuple[Decimal, Decimal]]:
    """Interest on the original principal for the whole term; equal principal and equal installment are one here."""
    currency, mode = terms.currency, terms.round_mode
    bearing = shares[terms.grace.interest_free :]
    exact = principal * terms.annual_rate * sum(bearing)
    total = currency.round(exact, mode)
    each_principal = _equal_principal(terms, principal, terms.installments - terms.grace.principal)
    rows: list[tuple[Decimal, Decimal]] = []
    balance, left, carried = principal, total, ZERO
    for n in range(1, terms.installments + 1):
        last = n == terms.installments
        share = exact / len(bearing) if bearing else ZERO
        interest = currency.round(share, mode) if n > terms.grace.interest_free else ZERO
        interest = left if last else min(interest, left)
        left -= interest
        part = ZERO if n <= terms.grace.principal else balance if last else min(each_principal, balance)
        if terms.installment_multiple and part and not last:
            part = _flat_part_in_multiple(terms, part, share, interest, balance)
        due_interest, carried = _after_interest_grace(terms, n, interest, carried)
        balance -= part
        rows.append((part, due_interest))
    return rows


def _flat_part_in_multiple(terms: Terms, part: Decimal, share: Decimal, interest: Decimal, balance: Decimal) -> Decimal:
    """Principal so that principal and interest, each rounded to the multiple, add up to the installment."""
    step, mode = terms.installment_multiple or Decimal(1), terms.round_mode
    installment = to_multiple(part, step, mode) + to_multiple(share, step, mode)
    return min(max(installment - interest, ZERO), balance)


def _equal_principal(terms: Terms, principal: Decimal, paying: int) -> Decimal:
    fixed = terms.fixed_principal_percent
    part = principal * fixed / 100 if fixed else principal / paying
    if terms.interest_method == "flat":  # rounded with the interest, to the installment's multiple
        return part if terms.installment_multiple else terms.currency.round(part, terms.round_mode)
    if terms.installment_multiple:
        part = to_multiple(part, terms.installment_multiple, terms.round_mode)
    return terms.currency.round(part, terms.round_mode)


def _after_interest_grace(terms: Terms, n: int, interest: Decimal, carried: Decimal) -> tuple[Decimal, Decimal]:
    """What is due now and what is carried on, while the payment of interest is in grace."""
    if n <= terms.grace.interest_payment and n < terms.installments:
        return ZERO, carried + interest
    return carried + interest, ZERO
