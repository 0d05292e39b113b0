"""Charging fees and penalties, and giving up what is outstanding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.loans.book.checks import check_amount
from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.book.projection import fold_loan
from apps.loans.book.workflow import TRANSITIONS
from apps.loans.domain.terms_parser import parse_charge
from apps.loans.domain.violations import InvalidTerms
from apps.loans.recording.wording import refusal
from apps.loans.servicing.services.booking import Booked, Booking, begin
from apps.loans.servicing.services.second_person import Asked, bookable, take
from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput

WAIVED = {"interest": EventType.WAIVE_INTEREST, "fees": EventType.WAIVE_CHARGE, "penalties": EventType.WAIVE_CHARGE}


@command(TRANSITIONS["add_charge"].duty)
def add_charge(
    *,
    loan_id: UUID,
    actor: Actor,
    name: str,
    kind: str,
    amount: Decimal,
    due_date: date | None = None,
    value_date: date | None = None,
    idempotency_key: str = "",
    events_seen: int | None = None,
) -> Booked:
    """Charges a fee or penalty of a flat amount, due on a day (by default at once).

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: amount, kind or date.
    """
    booking = begin("add_charge", loan_id, actor, idempotency_key=idempotency_key, events_seen=events_seen)
    check_amount(amount)
    if amount > booking.loan.principal:
        raise InvalidInput(f"A charge is no more than the loan itself, {booking.loan.principal:,.2f}.", field="amount")
    day = booking.day(value_date)
    if kind == "penalty":
        _check_in_duplum(booking.loan, amount, day)
    charge = Charge(_flat_charge(name, kind, amount, due_date or day), amount, day)
    return Booked.of(take(booking, Asked("add_charge", charge, amount, day)))


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge in the form of docs/loan-engine.md, and the day it counts from."""

    terms: dict[str, Any]
    amount: Decimal
    day: date


@bookable("add_charge", Charge)
def _charge(booking: Booking, charge: Charge) -> LoanEvent:
    payload = {"charge": charge.terms}
    return booking.append(
        EventType.CHARGE, charge.day, amount=charge.amount, reason=charge.terms["name"], payload=payload
    )


def _check_in_duplum(loan: Loan, amount: Decimal, day: date) -> None:
    room = fold_loan(loan, as_of=day).chargeable
    if room is not None and amount > room:
        raise InvalidInput(
            f"Unpaid interest and penalties may not pass the principal; {room:,.2f} may still be charged.",
            field="amount",
        )


def _flat_charge(name: str, kind: str, amount: Decimal, due_date: date) -> dict[str, Any]:
    """The charge in the form of docs/loan-engine.md, as the event keeps it."""
    charge = {
        "name": name.strip()[:60] or "Charge",
        "kind": kind,
        "timing": "due_date",
        "calculation": "flat",
        "amount": f"{amount:.2f}",
        "due_date": due_date.isoformat(),
    }
    try:
        parse_charge(charge)
    except InvalidTerms as error:
        raise refusal(error) from None
    return charge


@command(TRANSITIONS["waive"].duty)
def waive(
    *,
    loan_id: UUID,
    actor: Actor,
    component: str,
    amount: Decimal,
    reason: str,
    installment: int | None = None,
    value_date: date | None = None,
    idempotency_key: str = "",
    events_seen: int | None = None,
) -> Booked:
    """Gives up interest, fees or penalties that are outstanding: of one installment, or from the oldest on.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: more than is outstanding, or no reason.
    """
    if component not in WAIVED:
        raise InvalidInput("Choose interest, fees or penalties.", field="component")
    booking = begin("waive", loan_id, actor, reason=reason, idempotency_key=idempotency_key, events_seen=events_seen)
    check_amount(amount)
    waiver = Waiver(component, amount, installment, booking.day(value_date))
    return Booked.of(take(booking, Asked("waive", waiver, amount, waiver.day)))


@dataclass(frozen=True, slots=True)
class Waiver:
    """What is given up: interest, fees or penalties, of one installment or from the oldest on."""

    component: str
    amount: Decimal
    installment: int | None
    day: date


@bookable("waive", Waiver)
def _give_up(booking: Booking, waiver: Waiver) -> LoanEvent:
    payload: dict[str, Any] = {"installment": waiver.installment}
    if waiver.component != "interest":
        payload["component"] = waiver.component
    return booking.append(WAIVED[waiver.component], waiver.day, amount=waiver.amount, payload=payload)
