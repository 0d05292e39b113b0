"""Reversing and correcting what was booked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.book.workflow import REVERSIBLE, TRANSITIONS
from apps.loans.recording.services import lock_loan
from apps.loans.servicing.services.booking import begin
from apps.loans.servicing.services.repayment import Money, Receipt, book_repayment
from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotFound, WrongState


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
    booking = begin("reverse", event.loan_id, actor, reason=reason, idempotency_key=idempotency_key)
    if LoanEvent.objects.filter(reverses=event).exists():
        raise WrongState(f"{event.number or event.get_type_display()} is already reversed.")
    return booking.append(EventType.REVERSAL, event.value_date, amount=event.amount, reverses=event)


@command(TRANSITIONS["reverse"].duty)
def correct_repayment(
    *,
    event_id: UUID,
    actor: Actor,
    reason: str,
    value_date: date | None = None,
    amount: Decimal | None = None,
    loan_number: str = "",
    idempotency_key: str = "",
) -> Receipt:
    """Books a receipt again as it should have been: on another day, with another amount, or on another loan.

    The wrong one stays, reversed; the right one has its own number and names it.

    Raises:
        NotFound: no such receipt or loan. WrongState, NotAllowed: state or duty. InvalidInput: nothing would change.
    """
    wrong = LoanEvent.objects.filter(pk=event_id, type=EventType.REPAYMENT).select_related("loan").first()
    if wrong is None:
        raise NotFound("There is no such receipt.")
    loan = _loan_numbered(loan_number) if loan_number.strip() else wrong.loan
    right = Money(amount or wrong.amount or Decimal(0), wrong.channel, wrong.reference, value_date or wrong.value_date)
    if (loan.pk, right.value_date, right.amount) == (wrong.loan_id, wrong.value_date, wrong.amount):
        raise InvalidInput(
            "Change the day, the amount or the loan; as it stands it is booked already.", field="value_date"
        )
    # Two loans are locked in the order of their keys, so that two corrections cannot wait for each other.
    for loan_id in sorted({wrong.loan_id, loan.pk}):
        lock_loan(loan_id)
    _reverse(event_id, actor, reason)
    return Receipt.of(book_repayment(loan.pk, right, actor=actor, idempotency_key=idempotency_key, corrects=wrong))


def _loan_numbered(number: str) -> Loan:
    loan = Loan.objects.filter(number=number.strip().upper()).first()
    if loan is None:
        raise InvalidInput(f"No loan has the number {number.strip()}.", field="loan_number")
    return loan
