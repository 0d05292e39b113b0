"""Reversing and correcting what was booked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from apps.loans.book.checks import check_amount, check_channel
from apps.loans.book.models import EventType, Loan, LoanEvent, Status
from apps.loans.book.workflow import CORRECTABLE, REPAID, REVERSIBLE, TRANSITIONS
from apps.loans.recording.services import lock_loans
from apps.loans.servicing.services.booking import Booking, begin
from apps.loans.servicing.services.money import Money
from apps.loans.servicing.services.overpayment import check_overpayment
from apps.loans.servicing.services.repayment import Receipt, write_receipt
from apps.loans.servicing.services.second_person import Asked, bookable, take
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotFound, WrongState

NOTHING_CHANGED = (
    "Change the day, the amount, the channel, the reference or the loan; as it stands it is booked already."
)


@command(TRANSITIONS["reverse"].duty)
def reverse_repayment(*, event_id: UUID, actor: Actor, reason: str, idempotency_key: str = "") -> Receipt:
    """Takes a movement back. It stays on the record with its reversal; the loan is as if it had never come.

    Raises:
        NotFound: no such movement. WrongState: it is already reversed. NotAllowed: duty. InvalidInput: no reason, or
        what came later rests on it.
    """
    event = LoanEvent.objects.filter(pk=event_id, type__in=REVERSIBLE).first()
    if event is None:
        raise NotFound("There is no such movement of money.")
    booking = begin(step_back(event), event.loan_id, actor, reason=reason, idempotency_key=idempotency_key)
    return reverse(booking, event)


def reverse(booking: Booking, event: LoanEvent) -> Receipt:
    """Takes a movement back on a loan that is locked, and of which the step is checked."""
    _reversible(event.pk)
    asked = Asked(
        step_back(event),
        Reversal(event.pk),
        event.amount,
        business_date(),
        of=event,
        rule="reverse_refund" if event.type == EventType.REFUND else "reverse",
        book="reverse",
    )
    return Receipt.of(take(booking, asked))


def step_back(event: LoanEvent) -> str:
    """The transition that takes a movement back."""
    return "reverse_recovery" if event.type == EventType.RECOVERY else "reverse"


@dataclass(frozen=True, slots=True)
class Reversal:
    """What is taken back."""

    event_id: UUID


def _reversible(event_id: UUID) -> LoanEvent:
    """The movement that may be taken back now."""
    event = LoanEvent.objects.get(pk=event_id)
    if LoanEvent.objects.filter(reverses=event).exists():
        raise WrongState(f"{event.number or event.get_type_display()} is already reversed.")
    return event


@bookable("reverse", Reversal)
def _reverse(booking: Booking, reversal: Reversal) -> LoanEvent:
    event = _reversible(reversal.event_id)
    return booking.append(EventType.REVERSAL, event.value_date, amount=event.amount, reverses=event)


@command(TRANSITIONS["correct"].duty)
def correct_repayment(
    *,
    event_id: UUID,
    actor: Actor,
    reason: str,
    value_date: date | None = None,
    amount: Decimal | None = None,
    channel: str | None = None,
    reference: str | None = None,
    loan_number: str = "",
    accept_overpayment: bool = False,
    idempotency_key: str = "",
) -> Receipt:
    """Books a receipt again as it should have been: another day, amount, channel, reference or loan.

    What is None stays as it was. The wrong receipt stays on the record, reversed; the right one has its own number and
    names it.

    Raises:
        NotFound: no such receipt or loan. WrongState, NotAllowed: state or duty. InvalidInput: nothing would change, or
        what would be booked cannot be.
    """
    wrong = LoanEvent.objects.filter(pk=event_id, type__in=CORRECTABLE).select_related("loan").first()
    if wrong is None:
        raise NotFound("There is no such receipt.")
    loan = _loan_numbered(loan_number) if loan_number.strip() else wrong.loan
    right = Money(
        wrong.amount or Decimal(0) if amount is None else amount,
        wrong.channel if channel is None else channel,
        wrong.reference if reference is None else reference.strip(),
        value_date or wrong.value_date,
        corrects=wrong.number,
        accept_overpayment=accept_overpayment,
    )
    as_it_is = (wrong.loan_id, wrong.amount, wrong.channel, wrong.reference, wrong.value_date)
    if (loan.pk, right.amount, right.channel, right.reference, right.day) == as_it_is:
        raise InvalidInput(NOTHING_CHANGED, field="value_date")
    lock_loans({wrong.loan_id, loan.pk})  # in one order: two corrections cannot wait for each other
    booking = begin(step_back(wrong), wrong.loan_id, actor, reason=reason, idempotency_key=idempotency_key)
    _reversible(wrong.pk)
    check_amount(right.amount)
    detail = Correction(wrong.pk, loan.pk, right)
    moved = max(right.amount, wrong.amount or right.amount)
    asked = Asked(step_back(wrong), detail, moved, right.day, of=wrong, rule="reverse", book="correct")
    return Receipt.of(take(booking, asked))


@dataclass(frozen=True, slots=True)
class Correction:
    """A receipt that was wrong, the loan it belonged on, and the money as it was received."""

    wrong: UUID
    loan: UUID
    right: Money


@bookable("correct", Correction)
def _correct(booking: Booking, correction: Correction) -> LoanEvent:
    """Books the right receipt: one that settled the loan settles it still, and money on a loan given up is recovered.

    Raises:
        WrongState: the loan that it belongs to takes no money.
    """
    wrong = LoanEvent.objects.get(pk=correction.wrong)
    both = booking.together()
    _reverse(both, Reversal(wrong.pk))
    there = both.on(correction.loan)
    if booking.asked_by:  # its duty was asked when it was proposed
        there.require_state("correct")
    else:
        there.check("correct")
    if there.loan.pk != wrong.loan_id and there.state.status in REPAID:
        stands = there.state.get_status_display().lower()
        raise WrongState(f"Loan {there.loan.number} is {stands}; a receipt moves to a loan on which something is owed.")
    event = _book_right(there, wrong, correction.right)
    both.writing.write()
    return event


def _book_right(there: Booking, wrong: LoanEvent, right: Money) -> LoanEvent:
    kind = _kind(wrong, there, right)
    not_before = there.state.closed_on if kind == EventType.RECOVERY else None
    right = replace(right, day=there.day(right.day, not_before=not_before))
    check_channel(right.channel, right.reference)
    if kind == EventType.REPAYMENT:
        check_overpayment(there, right.amount, right.day, accepted=right.accept_overpayment)
    return write_receipt(there, kind, right)


def _kind(wrong: LoanEvent, booking: Booking, right: Money) -> EventType:
    if booking.state.status == Status.WRITTEN_OFF:
        return EventType.RECOVERY
    same = (booking.loan.pk, right.amount) == (wrong.loan_id, wrong.amount)
    return EventType.PAY_OFF if wrong.type == EventType.PAY_OFF and same else EventType.REPAYMENT


def _loan_numbered(number: str) -> Loan:
    loan = Loan.objects.filter(number=number.strip().upper()).first()
    if loan is None:
        raise InvalidInput(f"No loan has the number {number.strip()}.", field="loan_number")
    return loan
