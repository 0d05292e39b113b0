"""What was said or promised about a loan."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from apps.loans.book.checks import check_amount
from apps.loans.book.models import EventType
from apps.loans.book.workflow import TRANSITIONS
from apps.loans.servicing.services.booking import Booked, begin
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput

LONGEST_PROMISE = timedelta(days=366)


@command(TRANSITIONS["take_note"].duty)
def take_note(
    *,
    loan_id: UUID,
    actor: Actor,
    text: str,
    promised_on: date | None = None,
    amount: Decimal | None = None,
    idempotency_key: str = "",
) -> Booked:
    """Writes down what was said, or a promise to pay `amount` on a day.

    Raises:
        NotAllowed: duty. InvalidInput: nothing said, an amount without a day, or a day that is over or far off.
    """
    _check_promise(promised_on, amount)
    booking = begin("take_note", loan_id, actor, reason=text, idempotency_key=idempotency_key)
    kind = EventType.PROMISE if promised_on else EventType.NOTE
    payload = {"promised_on": promised_on.isoformat()} if promised_on else {}
    return Booked.of(booking.append(kind, business_date(), payload=payload, amount=amount))


def _check_promise(promised_on: date | None, amount: Decimal | None) -> None:
    """A promise is kept by a day to come, so that it can be followed up."""
    today = business_date()
    if promised_on is None and amount is not None:
        raise InvalidInput("Say by which day it is promised.", field="promised_on")
    if promised_on is not None and promised_on < today:
        raise InvalidInput(f"{promised_on:%-d %b %Y} is over; a promise is for a day to come.", field="promised_on")
    if promised_on is not None and promised_on > today + LONGEST_PROMISE:
        raise InvalidInput("A promise is for a day within a year.", field="promised_on")
    if amount is not None:
        check_amount(amount)
