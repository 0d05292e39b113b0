"""What was said or promised about a loan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from apps.loans.book.models import EventType
from apps.loans.book.workflow import TRANSITIONS
from apps.loans.servicing.services.booking import Booked, begin
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command


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
        NotAllowed: duty. InvalidInput: nothing said.
    """
    booking = begin("take_note", loan_id, actor, reason=text, idempotency_key=idempotency_key)
    kind = EventType.PROMISE if promised_on else EventType.NOTE
    payload = {"promised_on": promised_on.isoformat()} if promised_on else {}
    return Booked.of(booking.append(kind, business_date(), payload=payload, amount=amount))
