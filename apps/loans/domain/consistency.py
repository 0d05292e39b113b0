"""What is lawful by itself and cannot stand beside something else: settings that mean nothing together, amounts finer
than the currency.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from .fixed_schedule import down_payment
from .level_installments import annuity, annuity_rate
from .money import ZERO, Currency, quantum
from .terms import PERIODS_A_YEAR, Charge, Event, TakeOn, Terms
from .violations import Violation


def check_terms(terms: Terms, path: str) -> list[Violation]:
    """What is wrong with terms whose fields are right one by one, by JSON path."""
    return [*_together(terms, path), *_finer(_amounts_agreed(terms, path), terms.currency)]


def check_amounts(terms: Terms, events: list[Event], path: str) -> list[Violation]:
    """The amounts of events that are finer than the currency's decimals, by JSON path."""
    return list(_finer(_amounts_booked(events, path), terms.currency))


def _together(terms: Terms, path: str) -> Iterator[Violation]:
    if terms.recalculate_interest and terms.interest_method == "flat" and terms.rate:
        yield Violation(
            f"{path}.recalculate_interest", "flat interest is not recalculated; use declining_balance or null"
        )
    if terms.due_day and terms.frequency != "months":
        yield Violation(f"{path}.due_day", "needs a frequency of months")
    if terms.meets_from and (terms.due_day or terms.first_due_date):
        yield Violation(f"{path}.meets_from", "and due_day or first_due_date exclude each other; give one")
    if terms.due_day and terms.first_due_date:
        yield Violation(f"{path}.due_day", "and first_due_date exclude each other; give one")
    multiple = terms.installment_multiple
    if multiple and multiple > (installment := _installment(terms)):
        yield Violation(
            f"{path}.installment_multiple",
            f"{multiple} is above the installment itself, {terms.currency.round(installment)}; take a smaller one",
        )
    if terms.settlement_rebate != "none" and not terms.fixed_schedule:
        yield Violation(f"{path}.settlement_rebate", "needs a cumulative schedule without interest recalculation")


def _installment(terms: Terms) -> Decimal:
    """What an installment would be without a multiple: of equal principal the first, of a bullet the last."""
    lent = terms.principal - down_payment(replace(terms, installment_multiple=None), terms.principal)
    rate = terms.annual_rate * terms.repay_every / PERIODS_A_YEAR[terms.frequency]
    paying = terms.installments - terms.grace.principal
    if terms.amortization == "bullet":
        return lent * (1 + rate)
    if terms.interest_method == "flat" or terms.amortization == "equal_principal" or terms.fixed_principal_percent:
        percent = terms.fixed_principal_percent
        return lent * rate + (lent * percent / 100 if percent else lent / paying)
    return annuity(lent, annuity_rate(terms, terms.annual_rate), paying)


def _amounts_agreed(terms: Terms, path: str) -> Iterator[tuple[str, Decimal]]:
    yield f"{path}.principal", terms.principal
    if terms.installment_multiple:
        yield f"{path}.installment_multiple", terms.installment_multiple
    for i, charge in enumerate(terms.charges):
        yield from _amount_charged(charge, f"{path}.charges[{i}]")


def _amounts_booked(events: list[Event], path: str) -> Iterator[tuple[str, Decimal]]:
    for i, event in enumerate(events):
        yield f"{path}.events[{i}].amount", event.amount
        if event.charge:
            yield from _amount_charged(event.charge, f"{path}.events[{i}].charge")
        if event.take_on:
            yield from _amounts_taken(event.take_on, f"{path}.events[{i}].take_on")


def _amounts_taken(taken: TakeOn, path: str) -> Iterator[tuple[str, Decimal]]:
    for name in ("principal", "overdue_principal", "overdue_interest", "fees", "penalties"):
        yield f"{path}.{name}", getattr(taken, name)
    yield f"{path}.accrued_interest", taken.accrued_interest or ZERO
    yield f"{path}.installment", taken.installment or ZERO


def _amount_charged(charge: Charge, path: str) -> Iterator[tuple[str, Decimal]]:
    if charge.calculation == "flat":
        yield f"{path}.amount", charge.amount


def _finer(amounts: Iterable[tuple[str, Decimal]], currency: Currency) -> Iterator[Violation]:
    unit = quantum(currency.decimals)
    for path, amount in amounts:
        if amount != amount.quantize(unit):
            yield Violation(path, f"{amount} is finer than the {currency.decimals} decimals of {currency.code}")
