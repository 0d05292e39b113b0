"""Taking repayments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from apps.loans.book.checks import check_amount, check_channel
from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.book.projection import fold_loan
from apps.loans.book.workflow import TRANSITIONS
from apps.loans.servicing.services.booking import Booked, Booking, begin, why_it_waits
from apps.loans.servicing.services.money import Money
from apps.loans.servicing.services.overpayment import check_overpayment
from apps.loans.servicing.services.second_person import Asked, bookable, take
from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, WrongState


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a movement of money left behind: its number, and where the loan stands after it.

    `waits` says why nothing is booked yet: a second person has to agree first.
    """

    id: UUID
    number: str
    status: str
    outstanding: Decimal
    overpaid: Decimal
    waits: str = ""

    @classmethod
    def of(cls, event: LoanEvent) -> Receipt:
        """The receipt of an event that was booked just now, with the loan's state after it."""
        state = event.loan.state
        outstanding = state.total_outstanding
        return cls(event.pk, event.number, state.status, outstanding, state.overpaid, why_it_waits(event))


@command(TRANSITIONS["record_repayment"].duty)
def record_repayment(
    *,
    loan_id: UUID,
    actor: Actor,
    amount: Decimal,
    channel: str,
    reference: str = "",
    value_date: date | None = None,
    transfer_amount: Decimal | None = None,
    accept_overpayment: bool = False,
    idempotency_key: str = "",
    events_seen: int | None = None,
) -> Receipt:
    """Books money received on `value_date`, which may lie back: the fold replays what came after.

    `transfer_amount` is all that the wallet or bank transfer brought, where it pays several loans; `events_seen` how
    many events the loan had when the page was shown.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: amount, channel, missing reference, date. AlreadyBooked:
        the same money came before. Overpayment: more than is owed, and that is not accepted or above the MFI's limit.
        ChangedMeanwhile: something was booked since.
    """
    booking = begin("record_repayment", loan_id, actor, idempotency_key=idempotency_key, events_seen=events_seen)
    received = Received(amount, channel, reference, value_date, transfer_amount, accept_overpayment)
    return receive(booking, received)


@dataclass(frozen=True, slots=True)
class Received:
    """Money received, as somebody enters it; see `record_repayment`."""

    amount: Decimal
    channel: str
    reference: str = ""
    value_date: date | None = None
    transfer_amount: Decimal | None = None
    accept_overpayment: bool = False


def receive(booking: Booking, received: Received) -> Receipt:
    """Checks and books what was received on a loan that is locked, and of which the step is checked."""
    check_amount(received.amount)
    check_channel(received.channel, received.reference)
    money = Money(
        received.amount,
        received.channel,
        received.reference,
        booking.day(received.value_date),
        whole=received.transfer_amount,
        accept_overpayment=received.accept_overpayment,
    )
    return Receipt.of(book_repayment(booking, money))


def book_repayment(booking: Booking, money: Money, *, reported: bool = False) -> LoanEvent:
    """Books money that is checked already, inside the caller's command; its borrower may have `reported` it before."""
    check_overpayment(booking, money.amount, money.day, accepted=money.accept_overpayment)
    asked = Asked("record_repayment", money, money.amount, money.day, second_person_came_before=reported)
    return take(booking, asked)


@bookable("record_repayment", Money)
def _receive(booking: Booking, money: Money) -> LoanEvent:
    return write_receipt(booking, EventType.REPAYMENT, money)


def write_receipt(booking: Booking, kind: EventType, money: Money) -> LoanEvent:
    """Writes a receipt of `kind`, once it is checked.

    Raises:
        AlreadyBooked: the same money came before.
    """
    stated = money.draw(booking)
    return booking.append(
        kind,
        money.day,
        stated=stated,
        amount=money.amount,
        channel=money.channel,
        reference=money.reference.strip(),
        series="R",
        payload={"corrects": money.corrects} if money.corrects else {},
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
    events_seen: int | None = None,
) -> Booked:
    """Settles the loan by exactly what is owed on the day, less any rebate.

    `amount`, where given, is what was shown to the payer: another sum by now is refused.

    Raises:
        NotAllowed, WrongState: duty or state, or the sum has changed. InvalidInput: channel, reference, date.
        AlreadyBooked: the same money came before. ChangedMeanwhile: something was booked since the page was shown.
    """
    booking = begin("pay_off", loan_id, actor, idempotency_key=idempotency_key, events_seen=events_seen)
    check_channel(channel, reference)
    day = booking.day(value_date)
    money = Money(_settles(booking, day, shown=amount), channel, reference, day)
    return Booked.of(take(booking, Asked("pay_off", money, money.amount, day)))


@bookable("pay_off", Money)
def _settle(booking: Booking, money: Money) -> LoanEvent:
    _settles(booking, money.day, shown=money.amount)  # again: it may have waited
    stated = money.draw(booking)
    return booking.append(
        EventType.PAY_OFF,
        money.day,
        stated=stated,
        amount=money.amount,
        channel=money.channel,
        reference=money.reference.strip(),
        series="R",
    )


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
