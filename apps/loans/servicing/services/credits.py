"""What goes the borrower's way: an overpayment paid back, and credits at the MFI's own cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from apps.loans.book.checks import check_amount, check_channel
from apps.loans.book.models import EventType, LoanEvent
from apps.loans.book.workflow import TRANSITIONS
from apps.loans.servicing.services.booking import Booked, Booking, begin
from apps.loans.servicing.services.money import Money
from apps.loans.servicing.services.overpayment import what_is_left_over
from apps.loans.servicing.services.second_person import Asked, bookable, take
from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput


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
    events_seen: int | None = None,
) -> Booked:
    """Pays an overpayment back to the borrower.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: more than is overpaid, or no reference.
    """
    booking = begin("refund", loan_id, actor, idempotency_key=idempotency_key, events_seen=events_seen)
    check_amount(amount)
    check_channel(channel, reference)
    _check_overpaid(booking, amount)
    money = Money(amount, channel, reference, booking.day(value_date))
    return Booked.of(take(booking, Asked("refund", money, amount, money.day)))


def _check_overpaid(booking: Booking, amount: Decimal) -> None:
    if amount > booking.state.overpaid:
        raise InvalidInput(f"{booking.state.overpaid:,.2f} is overpaid; no more is refunded.", field="amount")


@bookable("refund", Money)
def _pay_back(booking: Booking, money: Money) -> LoanEvent:
    _check_overpaid(booking, money.amount)  # again: it may have waited
    return booking.append(
        EventType.REFUND,
        money.day,
        amount=money.amount,
        channel=money.channel,
        reference=money.reference.strip(),
        series="P",
    )


@command(TRANSITIONS["credit_goodwill"].duty)
def credit_goodwill(
    *,
    loan_id: UUID,
    actor: Actor,
    amount: Decimal,
    reason: str,
    value_date: date | None = None,
    idempotency_key: str = "",
    events_seen: int | None = None,
) -> Booked:
    """Credits the loan at the MFI's own cost.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: amount, or no reason.
    """
    booking = begin(
        "credit_goodwill", loan_id, actor, reason=reason, idempotency_key=idempotency_key, events_seen=events_seen
    )
    check_amount(amount)
    day = booking.day(value_date)
    _check_owed(booking, amount, day)
    return Booked.of(take(booking, Asked("credit_goodwill", Goodwill(amount, day), amount, day)))


@dataclass(frozen=True, slots=True)
class Goodwill:
    """A credit at the MFI's own cost, and the day it counts from."""

    amount: Decimal
    day: date


def _check_owed(booking: Booking, amount: Decimal, day: date) -> None:
    owed, left_over = what_is_left_over(booking.loan, booking.state, amount, day)
    if left_over:
        raise InvalidInput(f"{owed:,.2f} is owed; no more is credited.", field="amount")


@bookable("credit_goodwill", Goodwill)
def _credit(booking: Booking, goodwill: Goodwill) -> LoanEvent:
    _check_owed(booking, goodwill.amount, goodwill.day)
    return booking.append(EventType.GOODWILL, goodwill.day, amount=goodwill.amount, series="G")
