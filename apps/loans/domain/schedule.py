"""The cumulative repayment schedule: what falls due when, before anything is paid.

Conventions are in docs/loan-engine.md: interest is rounded to the currency at each installment, and
the last installment absorbs what rounding left over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .installment_periods import InstallmentPeriod, build_installment_periods
from .level_installments import annuity, annuity_rate, equal_principal, rounded_installment
from .money import ZERO, to_multiple
from .terms import Restructuring, Terms


@dataclass(frozen=True, slots=True)
class Tranche:
    """Principal paid out on a day, less the down payment taken back at once."""

    date: date
    amount: Decimal


def build_schedule(
    terms: Terms, tranches: list[Tranche], changes: tuple[Restructuring, ...] = ()
) -> list[tuple[InstallmentPeriod, Decimal, Decimal]]:
    """The regular installments of what is paid out by `tranches` (in order of date): period, principal, interest.

    A tranche joins the installment in whose period (from, due] it falls, and what is left is spread afresh from there.

    Raises:
        InvalidTerms: something is restructured that does not exist.
    """
    periods = build_installment_periods(terms, tranches[0].date, changes, until=tranches[-1].date)
    arriving = _arriving(periods, tranches)
    split = _flat if terms.interest_method == "flat" else _declining
    return [(period, *amount) for period, amount in zip(periods, split(terms, periods, arriving), strict=True)]


def _arriving(periods: list[InstallmentPeriod], tranches: list[Tranche]) -> list[list[Tranche]]:
    """Which tranches each period takes in."""
    arriving: list[list[Tranche]] = [[] for _ in periods]
    index = 0
    for tranche in tranches:
        while periods[index].due_date < tranche.date:
            index += 1
        arriving[index].append(tranche)
    return arriving


def _declining(
    terms: Terms, periods: list[InstallmentPeriod], arriving: list[list[Tranche]]
) -> list[tuple[Decimal, Decimal]]:
    rounded, mode = terms.currency.round, terms.round_mode
    held = terms.grace.interest_payment > 0
    by_part = terms.amortization != "equal_installments" or bool(terms.fixed_principal_percent)
    last = len(periods) - 1
    paying = sum(not p.principal_free for p in periods if not p.final) + 1
    rows: list[tuple[Decimal, Decimal]] = []
    balance = carried = disbursed = level = ZERO
    for k, period in enumerate(periods):
        interest = balance * period.rate * period.share
        if arriving[k] or period.replan:
            for tranche in arriving[k]:
                interest += tranche.amount * period.rate * _share_from(terms, period, tranche.date)
                disbursed += tranche.amount
                balance += tranche.amount
            level = _level(terms, period, balance, disbursed, max(paying, 1))
        interest = rounded(interest, mode) if k >= terms.grace.interest_free else ZERO
        due_interest = interest
        if held:
            due_interest, carried = after_interest_grace(terms, k, last, interest, carried)
        paying -= not period.principal_free
        if period.final:
            part = balance
        elif period.principal_free:
            part = ZERO
        elif by_part:
            part = min(level, balance)
        else:
            part = min(max(level - interest, ZERO), balance)
        balance -= part
        rows.append((part, due_interest))
    return rows


def _level(terms: Terms, period: InstallmentPeriod, balance: Decimal, disbursed: Decimal, paying: int) -> Decimal:
    """The equal installment from `period` on, or the equal part of the principal."""
    if terms.amortization != "equal_installments" or terms.fixed_principal_percent:
        return equal_principal(terms, disbursed if terms.fixed_principal_percent else balance, paying)
    return rounded_installment(terms, annuity(balance, annuity_rate(terms, period.rate), paying))


def _share_from(terms: Terms, period: InstallmentPeriod, day: date) -> Decimal:
    """The share of a year that principal paid out on `day` bears in `period`: the days from then on."""
    if day <= period.start or period.days == 0:
        return period.share
    if terms.interest_period == "same_as_repayment" and not terms.partial_period_interest:
        return period.share
    return period.share * (period.due_date - day).days / period.days


def _flat(
    terms: Terms, periods: list[InstallmentPeriod], arriving: list[list[Tranche]]
) -> list[tuple[Decimal, Decimal]]:
    """Interest on the original principal for the whole term; equal principal and equal installment are one here."""
    rounded, mode = terms.currency.round, terms.round_mode
    last = len(periods) - 1
    shares = _flat_interest(terms, periods, arriving)
    left = rounded(sum(shares, ZERO), mode)
    paying = sum(not p.principal_free for p in periods if not p.final) + 1
    rows: list[tuple[Decimal, Decimal]] = []
    balance = carried = disbursed = level = ZERO
    for k, period in enumerate(periods):
        for tranche in arriving[k]:
            balance += tranche.amount
            disbursed += tranche.amount
        if arriving[k] or period.replan:
            level = equal_principal(terms, disbursed if terms.fixed_principal_percent else balance, max(paying, 1))
        paying -= not period.principal_free
        interest = left if k == last else min(rounded(shares[k], mode), left)
        left -= interest
        part = balance if period.final else ZERO if period.principal_free else min(level, balance)
        if terms.installment_multiple and part and not period.final:
            part = _flat_part_in_multiple(terms, part, shares[k], interest, balance)
        due_interest, carried = after_interest_grace(terms, k, last, interest, carried)
        balance -= part
        rows.append((part, due_interest))
    return rows


def _flat_interest(terms: Terms, periods: list[InstallmentPeriod], arriving: list[list[Tranche]]) -> list[Decimal]:
    """Each period's interest before rounding: every tranche's own, spread evenly over the periods that bear it."""
    interest = [ZERO] * len(periods)
    for k, tranches in enumerate(arriving):
        amount = sum((t.amount for t in tranches), ZERO)
        bearing = range(max(k, terms.grace.interest_free), len(periods))
        if not amount or not bearing:
            continue
        each = sum((periods[j].share for j in bearing), ZERO) / len(bearing)
        for j in bearing:
            interest[j] += amount * periods[j].rate * each
    return interest


def _flat_part_in_multiple(terms: Terms, part: Decimal, share: Decimal, interest: Decimal, balance: Decimal) -> Decimal:
    """Principal so that principal and interest, each rounded to the multiple, add up to the installment."""
    step, mode = terms.installment_multiple or Decimal(1), terms.round_mode
    installment = to_multiple(part, step, mode) + to_multiple(share, step, mode)
    return min(max(installment - interest, ZERO), balance)


def after_interest_grace(
    terms: Terms, k: int, last: int, interest: Decimal, carried: Decimal
) -> tuple[Decimal, Decimal]:
    """What is due now and what is carried on, while the payment of interest is in grace."""
    if k < terms.grace.interest_payment and k < last:
        return ZERO, carried + interest
    return carried + interest, ZERO
