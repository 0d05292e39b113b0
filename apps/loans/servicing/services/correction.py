"""Reversing and correcting what was booked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from apps.loans.book.models import EventType, Loan, LoanEvent, Status
from apps.loans.book.workflow import CORRECTABLE, REPAID, REVERSIBLE, TRANSITIONS
from apps.loans.recording.services import lock_loan
from apps.loans.servicing.services.booking import Booking, begin
from apps.loans.servicing.services.repayment import Money, Receipt, book_receipt
from apps.mfis.core.actor import Actor
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
    return Receipt.of(_reverse(event_id, actor, reason, idempotency_key))


def _reverse(event_id: UUID, actor: Actor, reason: str, idempotency_key: str = "") -> LoanEvent:
    """Writes the reversal, inside the caller's command."""
    event = LoanEvent.objects.filter(pk=event_id, type__in=REVERSIBLE).first()
    if event is None:
        raise NotFound("There is no such movement of money.")
    step = "reverse_recovery" if event.type == EventType.RECOVERY else "reverse"
    booking = begin(step, event.loan_id, actor, reason=reason, idempotency_key=idempotency_key)
    if LoanEvent.objects.filter(reverses=event).exists():
        raise WrongState(f"{event.number or event.get_type_display()} is already reversed.")
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
        amount or wrong.amount or Decimal(0),
        wrong.channel if channel is None else channel,
        wrong.reference if reference is None else reference.strip(),
        value_date or wrong.value_date,
    )
    if (loan.pk, right) == (wrong.loan_id, Money(wrong.amount or Decimal(0), *_came_by(wrong))):
        raise InvalidInput(NOTHING_CHANGED, field="value_date")
    # Two loans are locked in the order of their keys, so that two corrections cannot wait for each other.
    for loan_id in sorted({wrong.loan_id, loan.pk}):
        lock_loan(loan_id)
    _reverse(event_id, actor, reason)
    return Receipt.of(_book_right(wrong, loan, right, actor, reason, idempotency_key))


def _came_by(receipt: LoanEvent) -> tuple[str, str, date]:
    return receipt.channel, receipt.reference, receipt.value_date


def _book_right(
    wrong: LoanEvent, loan: Loan, right: Money, actor: Actor, reason: str, idempotency_key: str
) -> LoanEvent:
    """Books the right receipt: one that settled the loan settles it still, and money on a loan given up is recovered.

    Raises:
        WrongState: the loan that it belongs to takes no money.
    """
    booking = begin("correct", loan.pk, actor, reason=reason, idempotency_key=idempotency_key)
    if loan.pk != wrong.loan_id and booking.state.status in REPAID:
        stands = booking.state.get_status_display().lower()
        raise WrongState(f"Loan {loan.number} is {stands}; a receipt moves to a loan on which something is owed.")
    return book_receipt(booking, _kind(wrong, booking, right), right, corrects=wrong)


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
