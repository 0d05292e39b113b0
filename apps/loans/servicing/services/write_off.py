"""Giving up what will not come in: proposed by one person, decided by another; and what comes in after."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from apps.loans.book.checks import check_amount, check_channel
from apps.loans.book.models import EventType, LoanEvent
from apps.loans.book.workflow import TRANSITIONS
from apps.loans.servicing.services.booking import Booked, Booking, begin
from apps.loans.servicing.services.money import Money
from apps.loans.servicing.services.proposals import begin_proposal, check_nothing_recovered
from apps.loans.servicing.services.second_person import Asked, bookable, take
from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command


@command(TRANSITIONS["propose_write_off"].duty)
def propose_write_off(
    *, loan_id: UUID, actor: Actor, reason: str, value_date: date | None = None, idempotency_key: str = ""
) -> Booked:
    """Proposes to write off all that is outstanding.

    Raises:
        NotAllowed, WrongState: duty, state, or another proposal waits. InvalidInput: no reason.
    """
    booking = begin_proposal("propose_write_off", loan_id, actor, reason, idempotency_key)
    return Booked.of(booking.append(EventType.WRITE_OFF_PROPOSED, booking.day(value_date)))


@command(TRANSITIONS["propose_charge_off"].duty)
def propose_charge_off(
    *, loan_id: UUID, actor: Actor, reason: str, value_date: date | None = None, idempotency_key: str = ""
) -> Booked:
    """Proposes to take the loan's principal out of the portfolio; the borrower still owes it, and it is collected.

    Raises:
        NotAllowed, WrongState: duty, state, or another proposal waits. InvalidInput: no reason.
    """
    booking = begin_proposal("propose_charge_off", loan_id, actor, reason, idempotency_key)
    return Booked.of(booking.append(EventType.CHARGE_OFF_PROPOSED, booking.day(value_date)))


@command(TRANSITIONS["propose_undoing_write_off"].duty)
def propose_undoing_write_off(*, loan_id: UUID, actor: Actor, reason: str, idempotency_key: str = "") -> Booked:
    """Proposes that a loan given up is owed again, as if it had never been written off.

    Raises:
        NotAllowed, WrongState: duty, state, another proposal waits, or a recovery stands. InvalidInput: no reason.
    """
    booking = begin_proposal("propose_undoing_write_off", loan_id, actor, reason, idempotency_key)
    check_nothing_recovered(booking.loan)
    return Booked.of(booking.append(EventType.WRITE_OFF_UNDO_PROPOSED, booking.day(None)))


@command(TRANSITIONS["record_recovery"].duty)
def record_recovery(
    *,
    loan_id: UUID,
    actor: Actor,
    amount: Decimal,
    channel: str,
    reference: str = "",
    value_date: date | None = None,
    idempotency_key: str = "",
    events_seen: int | None = None,
) -> Booked:
    """Books money received on a loan that was written off.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: amount, channel, reference, date. AlreadyBooked: the same
        money came before. ChangedMeanwhile: something was booked since the page was shown.
    """
    booking = begin("record_recovery", loan_id, actor, idempotency_key=idempotency_key, events_seen=events_seen)
    check_amount(amount)
    check_channel(channel, reference)
    day = booking.day(value_date, not_before=booking.state.closed_on or booking.loan.submitted_on)
    money = Money(amount, channel, reference, day)
    return Booked.of(take(booking, Asked("record_recovery", money, amount, day)))


@bookable("record_recovery", Money)
def _recover(booking: Booking, money: Money) -> LoanEvent:
    stated = money.draw(booking)
    return booking.append(
        EventType.RECOVERY,
        money.day,
        stated=stated,
        amount=money.amount,
        channel=money.channel,
        reference=money.reference.strip(),
        series="R",
    )
