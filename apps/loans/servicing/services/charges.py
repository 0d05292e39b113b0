"""Charging fees and penalties, and giving up what is outstanding."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.loans.book.checks import check_amount
from apps.loans.book.models import EventType, Loan
from apps.loans.book.projection import fold_loan
from apps.loans.book.workflow import TRANSITIONS
from apps.loans.domain.terms_parser import parse_charge
from apps.loans.domain.violations import InvalidTerms
from apps.loans.recording.wording import refusal
from apps.loans.servicing.services.booking import Booked, begin
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
) -> Booked:
    """Charges a fee or penalty of a flat amount, due on a day (by default at once).

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: amount, kind or date.
    """
    booking = begin("add_charge", loan_id, actor, idempotency_key=idempotency_key)
    check_amount(amount)
    day = booking.day(value_date)
    charge = _flat_charge(name, kind, amount, due_date or day)
    if kind == "penalty":
        _check_in_duplum(booking.loan, amount, day)
    event = booking.append(EventType.CHARGE, day, amount=amount, reason=charge["name"], payload={"charge": charge})
    return Booked.of(event)


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
) -> Booked:
    """Gives up interest, fees or penalties that are outstanding: of one installment, or from the oldest on.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: more than is outstanding, or no reason.
    """
    if component not in WAIVED:
        raise InvalidInput("Choose interest, fees or penalties.", field="component")
    booking = begin("waive", loan_id, actor, reason=reason, idempotency_key=idempotency_key)
    check_amount(amount)
    payload: dict[str, Any] = {"installment": installment}
    if component != "interest":
        payload["component"] = component
    return Booked.of(booking.append(WAIVED[component], booking.day(value_date), amount=amount, payload=payload))
