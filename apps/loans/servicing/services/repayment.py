"""Taking repayments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from apps.loans.book.checks import check_amount, check_channel
from apps.loans.book.models import Channel, EventType, Loan, LoanEvent, LoanState
from apps.loans.book.numbers import next_number
from apps.loans.book.projection import fold_loan
from apps.loans.book.workflow import TRANSITIONS
from apps.loans.servicing.services.booking import Booked, Booking, begin
from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, WrongState


@dataclass(frozen=True, slots=True)
class Money:
    """Money that came in: how much, by which channel and under which reference, and on which day."""

    amount: Decimal
    channel: str
    reference: str
    value_date: date | None  # by default today


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a movement of money left behind: its number, and where the loan stands after it."""

    id: UUID
    number: str
    status: str
    outstanding: Decimal
    overpaid: Decimal

    @classmethod
    def of(cls, event: LoanEvent) -> Receipt:
        """The receipt of an event that was booked just now, with the loan's state as it is stored."""
        state = LoanState.objects.get(pk=event.loan_id)
        return cls(event.pk, event.number, state.status, state.total_outstanding, state.overpaid)


@command(TRANSITIONS["record_repayment"].duty)
def record_repayment(
    *,
    loan_id: UUID,
    actor: Actor,
    amount: Decimal,
    channel: str,
    reference: str = "",
    value_date: date | None = None,
    idempotency_key: str = "",
) -> Receipt:
    """Books money received on `value_date`, which may lie back: the fold replays what came after.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: amount, channel, missing reference, date.
    """
    money = Money(amount, channel, reference, value_date)
    return Receipt.of(book_repayment(loan_id, money, actor=actor, idempotency_key=idempotency_key))


def book_repayment(loan_id: UUID, money: Money, *, actor: Actor, idempotency_key: str) -> LoanEvent:
    """The booking itself, inside the caller's command."""
    booking = begin("record_repayment", loan_id, actor, idempotency_key=idempotency_key)
    return book_receipt(booking, EventType.REPAYMENT, money)


def book_receipt(booking: Booking, kind: EventType, money: Money, *, corrects: LoanEvent | None = None) -> LoanEvent:
    """Writes a receipt of `kind` on a loan that is locked, for a step that is checked; `corrects` is the wrong one.

    Raises:
        InvalidInput: amount, channel, missing reference, or one that is booked already, date.
    """
    check_amount(money.amount)
    check_channel(money.channel, money.reference)
    not_before = booking.state.closed_on if kind == EventType.RECOVERY else None
    day = booking.day(money.value_date, not_before=not_before)
    _check_reference_new(money.channel, money.reference)
    return booking.append(
        kind,
        day,
        amount=money.amount,
        channel=money.channel,
        reference=money.reference.strip(),
        number=next_number("R"),
        payload={"corrects": corrects.number} if corrects else {},
    )


def _check_reference_new(channel: str, reference: str) -> None:
    """A wallet's or bank's reference is unique there: the same one twice is the same money twice."""
    if channel == Channel.CASH:
        return
    same = LoanEvent.objects.filter(type=EventType.REPAYMENT, channel=channel, reference=reference.strip())
    receipt = same.standing().first()
    if receipt:
        raise InvalidInput(
            f"{Channel(channel).label} reference {reference.strip()} is already booked as receipt {receipt.number}.",
            field="reference",
        )


def payoff_amount(loan: Loan, value_date: date) -> Decimal:
    """What settles the loan on a day, as `pay_off` would book it."""
    return fold_loan(loan, as_of=value_date).payoff


@command(TRANSITIONS["pay_off"].duty)
def pay_off(
    *,
    loan_id: UUID,
    actor: Actor,
    channel: str,
    reference: str = "",
    value_date: date | None = None,
    idempotency_key: str = "",
    amount: Decimal | None = None,
) -> Booked:
    """Settles the loan by exactly what is owed on the day, less any rebate.

    `amount`, where given, is what was shown to the payer: another sum by now is refused.

    Raises:
        NotAllowed, WrongState: duty or state, or the sum has changed. InvalidInput: channel, reference, date.
    """
    booking = begin("pay_off", loan_id, actor, idempotency_key=idempotency_key)
    check_channel(channel, reference)
    day = booking.day(value_date)
    owed = _settles(booking, day, shown=amount)
    event = booking.append(
        EventType.PAY_OFF, day, amount=owed, channel=channel, reference=reference.strip(), number=next_number("R")
    )
    return Booked.of(event)


def _settles(booking: Booking, day: date, *, shown: Decimal | None) -> Decimal:
    """What is owed on the day, if that settles the loan and is what the payer was shown."""
    owed = payoff_amount(booking.loan, day)
    if owed <= 0:
        raise WrongState("Nothing is owed on this loan.")
    if shown is not None and shown != owed:
        raise WrongState(f"By now {owed:,.2f} settles this loan; show the payer the new sum.")
    if booking.loan.events.of_type(EventType.REPAYMENT).standing().filter(value_date__gt=day).exists():
        raise InvalidInput("There are receipts after this day; take a later one.", field="value_date")
    return owed
