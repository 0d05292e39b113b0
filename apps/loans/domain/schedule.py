"""The cumulative repayment schedule: what falls due when, before anything is paid.

Conventions are in docs/loan-engine.md: interest is rounded to the currency at each installment, and
the last installment absorbs what rounding left over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .money import ZERO, to_multiple
from .slots import Slot, build_slots
from .terms import PERIODS_A_YEAR, Reschedule, Terms


@dataclass(frozen=True, slots=True)
class Tranche:
    """Principal paid out on a day, less the down payment taken back at once."""

    date: date
    amount: Decimal


def build_schedule(
    terms: Terms, tranches: list[Tranche], changes: tuple[Reschedule, ...] = ()
) -> list[tuple[Slot, Decimal, Decimal]]:
    """The regular installments of what is paid out by `tranches` (in order of date): slot, principal, interest.

    A tranche joins the installment in whose period (from, due] it falls, and what is left is spread afresh from there.

    Raises:
        BadCase: something is rescheduled that does not exist.
    """
    slots = build_slots(terms, tranches[0].date, changes, until=tranches[-1].date)
    arriving = _arriving(slots, tranches)
    split = _flat if terms.interest_method == "flat" else _declining
    return [(slot, *amount) for slot, amount in zip(slots, split(terms, slots, arriving), strict=True)]


def _arriving(slots: list[Slot], tranches: list[Tranche]) -> list[list[Tranche]]:
    """Which tranches each slot takes in."""
    found: list[list[Tranche]] = [[] for _ in slots]
    index = 0
    for tranche in tranches:
        while slots[index].due_date < tranche.date:
            index += 1
        found[index].append(tranche)
    return found


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


def _declining(terms: Terms, slots: list[Slot], arriving: list[list[Tranche]]) -> list[tuple[Decimal, Decimal]]:
    rounded, mode = terms.currency.round, terms.round_mode
    held = terms.grace.interest_payment > 0
    by_part = terms.amortization != "equal_installments" or bool(terms.fixed_principal_percent)
    last = len(slots) - 1
    paying = sum(not s.principal_free for s in slots if not s.final) + 1
    rows: list[tuple[Decimal, Decimal]] = []
    balance = carried = disbursed = level = ZERO
    for k, slot in enumerate(slots):
        interest = balance * slot.rate * slot.share
        if arriving[k] or slot.replan:
            for tranche in arriving[k]:
                interest += tranche.amount * slot.rate * _share_from(terms, slot, tranche.date)
                disbursed += tranche.amount
                balance += tranche.amount
            level = _level(terms, slot, balance, disbursed, max(paying, 1))
        interest = rounded(interest, mode) if k >= terms.grace.interest_free else ZERO
        due_interest = interest
        if held:
            due_interest, carried = after_interest_grace(terms, k, last, interest, carried)
        paying -= not slot.principal_free
        if slot.final:
            part = balance
        elif slot.principal_free:
            part = ZERO
        elif by_part:
            part = min(level, balance)
        else:
            part = min(max(level - interest, ZERO), balance)
        balance -= part
        rows.append((part, due_interest))
    return rows


def _level(terms: Terms, slot: Slot, balance: Decimal, disbursed: Decimal, paying: int) -> Decimal:
    """The equal installment from `slot` on, or the equal part of the principal."""
    if terms.amortization != "equal_installments" or terms.fixed_principal_percent:
        return equal_principal(terms, disbursed if terms.fixed_principal_percent else balance, paying)
    return rounded_installment(terms, annuity(balance, annuity_rate(terms, slot.rate), paying))


def _share_from(terms: Terms, slot: Slot, day: date) -> Decimal:
    """The share of a year that principal paid out on `day` bears in `slot`: the days from then on."""
    if day <= slot.start or slot.days == 0:
        return slot.share
    if terms.interest_period == "same_as_repayment" and not terms.partial_period_interest:
        return slot.share
    return slot.share * (slot.due_date - day).days / slot.days


def _flat(terms: Terms, slots: list[Slot], arriving: list[list[Tranche]]) -> list[tuple[Decimal, Decimal]]:
    """Interest on the original principal for the whole term; equal principal and equal installment are one here."""
    rounded, mode = terms.currency.round, terms.round_mode
    last = len(slots) - 1
    shares = _flat_interest(terms, slots, arriving)
    left = rounded(sum(shares, ZERO), mode)
    paying = sum(not s.principal_free for s in slots if not s.final) + 1
    rows: list[tuple[Decimal, Decimal]] = []
    balance = carried = disbursed = level = ZERO
    for k, slot in enumerate(slots):
        for tranche in arriving[k]:
            balance += tranche.amount
            disbursed += tranche.amount
        if arriving[k] or slot.replan:
            level = equal_principal(terms, disbursed if terms.fixed_principal_percent else balance, max(paying, 1))
        paying -= not slot.principal_free
        interest = left if k == last else min(rounded(shares[k], mode), left)
        left -= interest
        part = balance if slot.final else ZERO if slot.principal_free else min(level, balance)
        if terms.installment_multiple and part and not slot.final:
            part = _flat_part_in_multiple(terms, part, shares[k], interest, balance)
        due_interest, carried = after_interest_grace(terms, k, last, interest, carried)
        balance -= part
        rows.append((part, due_interest))
    return rows


def _flat_interest(terms: Terms, slots: list[Slot], arriving: list[list[Tranche]]) -> list[Decimal]:
    """Each slot's interest before rounding: every tranche's own, spread evenly over the slots that bear it."""
    found = [ZERO] * len(slots)
    for k, tranches in enumerate(arriving):
        amount = sum((t.amount for t in tranches), ZERO)
        bearing = range(max(k, terms.grace.interest_free), len(slots))
        if not amount or not bearing:
            continue
        each = sum((slots[j].share for j in bearing), ZERO) / len(bearing)
        for j in bearing:
            found[j] += amount * slots[j].rate * each
    return found


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
