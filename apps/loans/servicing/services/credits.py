"""What goes the borrower's way: an overpayment paid back, and credits at the MFI's own cost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from apps.loans.book.checks import check_amount, check_channel
from apps.loans.book.models import EventType
from apps.loans.book.numbers import next_number
from apps.loans.book.workflow import TRANSITIONS
from apps.loans.servicing.services.booking import Booked, begin
from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command


@command(TRANSITIONS["refund"].duty)
def refund(
    *,
    loan_id: UUID,
    actor: Actor,
    amount: Decimal,
    channel: str,
    reference: str = "",
    value_date: date | None = None,
    idempotency_key: str = "",
) -> Booked:
    """Pays an overpayment back to the borrower.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: more than is overpaid, or no reference.
    """
    booking = begin("refund", loan_id, actor, idempotency_key=idempotency_key)
    check_amount(amount)
    check_channel(channel, reference)
    day = booking.day(value_date)
    event = booking.append(
        EventType.REFUND, day, amount=amount, channel=channel, reference=reference.strip(), number=next_number("P")
    )
    return Booked.of(event)


@command(TRANSITIONS["credit_goodwill"].duty)
def credit_goodwill(
    *,
    loan_id: UUID,
    actor: Actor,
    amount: Decimal,
    reason: str,
    value_date: date | None = None,
    idempotency_key: str = "",
) -> Booked:
    """Credits the loan at the MFI's own cost.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: amount, or no reason.
    """
    booking = begin("credit_goodwill", loan_id, actor, reason=reason, idempotency_key=idempotency_key)
    check_amount(amount)
    day = booking.day(value_date)
    return Booked.of(booking.append(EventType.GOODWILL, day, amount=amount, number=next_number("G")))
