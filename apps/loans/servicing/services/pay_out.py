"""Paying a loan out, and taking that back."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from apps.loans.applications.key_facts import check_agreed
from apps.loans.book.checks import check_amount, check_channel
from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.book.selectors.disbursement import drawn, net_disbursement
from apps.loans.book.workflow import REVERSIBLE, TRANSITIONS
from apps.loans.servicing.services.booking import Booked, Booking, begin, lock_booking, why_it_waits
from apps.loans.servicing.services.money import Money
from apps.loans.servicing.services.second_person import Asked, bookable, take
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, WrongState

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class PayOut:
    """A pay-out: what was handed over, and what was kept back of it."""

    id: UUID
    number: str
    net: Decimal
    fee: Decimal
    savings: Decimal = ZERO
    down_payment: Decimal = ZERO
    waits: str = ""  # why nothing is paid out yet: a second person has to agree first


@command(TRANSITIONS["disburse"].duty, new_business=True)
def disburse(
    *,
    loan_id: UUID,
    actor: Actor,
    channel: str,
    reference: str = "",
    value_date: date | None = None,
    idempotency_key: str = "",
    amount: Decimal | None = None,
    events_seen: int | None = None,
) -> PayOut:
    """Pays an approved loan out, less what is kept back: all that is left of it, or `amount` as one tranche of several.

    Each tranche happens once, whatever is repeated.

    Raises:
        NotAllowed, WrongState: duty or state, or the borrower has not agreed to the terms as they stand. InvalidInput:
            channel, missing reference, date, or an amount or a number
            of tranches that the product does not allow.
    """
    booking = lock_booking(loan_id, actor, idempotency_key=idempotency_key, events_seen=events_seen)
    booking.check("disburse" if booking.state.disbursed_on is None else "disburse_tranche")
    check_agreed(booking.loan)
    check_channel(channel, reference)
    day = booking.day(value_date, not_before=_approved_or_paid_out_on(booking.loan))
    tranche = _tranche(booking.loan, amount)
    net, kept = net_disbursement(booking.loan, day, tranche)
    money = Money(tranche, channel, reference, day)
    step = "disburse" if booking.state.disbursed_on is None else "disburse_tranche"
    event = take(booking, Asked(step, money, tranche, day, rule="disburse"))
    return PayOut(event.pk, event.number, net, **asdict(kept), waits=why_it_waits(event))


@bookable("disburse", Money)
@bookable("disburse_tranche", Money)
def _pay_out(booking: Booking, money: Money) -> LoanEvent:
    tranche = _tranche(booking.loan, money.amount)  # again: it may have waited
    net, kept = net_disbursement(booking.loan, money.day, tranche)
    return booking.append(
        EventType.DISBURSED,
        money.day,
        amount=tranche,
        channel=money.channel,
        reference=money.reference.strip(),
        series="D",
        payload={"net": str(net), **{name: str(amount) for name, amount in asdict(kept).items()}},
    )


def _approved_or_paid_out_on(loan: Loan) -> date:
    """The day of the last step towards this pay-out: no pay-out is dated before it."""
    steps = loan.events.of_type(EventType.APPROVED, EventType.DISBURSED).standing()
    last = steps.order_by("-value_date").values_list("value_date", flat=True).first()
    return last or loan.submitted_on


def _tranche(loan: Loan, amount: Decimal | None) -> Decimal:
    """What is paid out now, as the product's number of tranches allows."""
    left = loan.principal - drawn(loan)
    tranche = left if amount is None else amount
    if left <= 0:
        raise WrongState("The whole loan is paid out.")
    check_amount(tranche)
    if tranche > left:
        raise InvalidInput(f"Of the approved principal {left:,.2f} is left.", field="amount")
    paid = loan.events.of_type(EventType.DISBURSED).standing().count()
    maximum = loan.product.tranches_max
    if tranche < left and paid + 1 >= maximum:
        rule = "is paid out whole" if maximum == 1 else f"is paid out in at most {maximum} parts, and this is the last"
        raise InvalidInput(f"{loan.product.name} {rule}: {left:,.2f}.", field="amount")
    return tranche


@command(TRANSITIONS["undo_disbursement"].duty)
def undo_disbursement(*, loan_id: UUID, actor: Actor, reason: str, idempotency_key: str = "") -> Booked:
    """Takes a pay-out back whose money was never handed over; the loan is approved again.

    Returns the reversal, with the number of the pay-out that it takes back.

    Raises:
        WrongState: something was booked after it. NotAllowed: duty. InvalidInput: no reason.
    """
    booking = begin("undo_disbursement", loan_id, actor, reason=reason, idempotency_key=idempotency_key)
    last = _last_pay_out(booking)
    asked = Asked("undo_disbursement", PayOutUndone(last.pk), last.amount, business_date(), of=last)
    event = take(booking, asked)
    return Booked(event.pk, last.number, last.amount, why_it_waits(event))


@dataclass(frozen=True, slots=True)
class PayOutUndone:
    """The pay-out that is taken back."""

    event_id: UUID


def _last_pay_out(booking: Booking) -> LoanEvent:
    """The pay-out that may be taken back: the last, if nothing came after it."""
    last = booking.loan.events.of_type(EventType.DISBURSED).standing().latest_first().first()
    if last is None or booking.state.taken_on:
        raise WrongState("Another system paid this loan out; what was taken on by mistake is taken back instead.")
    _check_nothing_since(booking, last.recorded_at)
    return last


@bookable("undo_disbursement", PayOutUndone)
def _undo(booking: Booking, undone: PayOutUndone) -> LoanEvent:
    last = _last_pay_out(booking)
    if last.pk != undone.event_id:
        raise WrongState("Another pay-out came after this one; decline the proposal.")
    return booking.append(EventType.REVERSAL, last.value_date, amount=last.amount, reverses=last)


def _check_nothing_since(booking: Booking, recorded_at: datetime) -> None:
    later = booking.loan.events.standing().filter(recorded_at__gt=recorded_at)
    if later.of_type(*REVERSIBLE, EventType.RESTRUCTURED).exists():
        raise WrongState("Something was booked after the pay-out; reverse that first.")
