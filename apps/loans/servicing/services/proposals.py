"""What one person proposes and another decides: new terms, a charge-off, a write-off, a step of four eyes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.book.projection import fold_loan
from apps.loans.book.workflow import TRANSITIONS
from apps.loans.recording.services import lock_loans
from apps.loans.servicing.services.booking import Booked, Booking, begin, require_nothing_waits
from apps.loans.servicing.services.second_person import book_agreed, loans_of_proposal
from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, WrongState
from apps.mfis.core.workflow import REASON_WANTED


def begin_proposal(transition: str, loan_id: UUID, actor: Actor, reason: str, idempotency_key: str) -> Booking:
    """Locks the loan for a proposal, of which one waits at a time.

    Raises:
        WrongState: another proposal waits. NotAllowed, InvalidInput, NotHome: what `begin` refuses.
    """
    booking = begin(transition, loan_id, actor, reason=reason, idempotency_key=idempotency_key)
    require_nothing_waits(booking.state)
    return booking


@command(TRANSITIONS["decide_proposal"].duty)
def decide_proposal(
    *,
    loan_id: UUID,
    actor: Actor,
    agree: bool,
    reason: str = "",
    value_date: date | None = None,
    idempotency_key: str = "",
) -> Booked:
    """Decides on the waiting proposal; never by the person who made it.

    A write-off or charge-off takes what is outstanding on the day of decision; a restructuring and any other step
    take effect on the proposed day.

    Raises:
        NotAllowed: duty, or own proposal. WrongState: nothing waits. InvalidInput: no reason to decline.
    """
    lock_loans(loans_of_proposal(loan_id))
    booking = begin("decide_proposal", loan_id, actor, reason=reason, idempotency_key=idempotency_key)
    proposal = booking.loan.events.filter(type=booking.state.proposal).latest_first().first()
    if not booking.state.proposal or proposal is None:
        raise WrongState("Nothing waits for a decision on this loan.")
    day = booking.day(value_date)
    decide = AGREED[EventType(proposal.type)] if agree else _decline
    return Booked.of(decide(booking, proposal, day))


def _decline(booking: Booking, proposal: LoanEvent, day: date) -> LoanEvent:
    if not booking.reason:
        raise InvalidInput(REASON_WANTED, field="reason")
    return booking.append(EventType.PROPOSAL_DECLINED, day)


def _restructure(booking: Booking, proposal: LoanEvent, day: date) -> LoanEvent:
    return booking.append(EventType.RESTRUCTURED, proposal.value_date, payload=proposal.payload)


def _charge_off(booking: Booking, proposal: LoanEvent, day: date) -> LoanEvent:
    principal = fold_loan(booking.loan, as_of=day).outstanding("principal")
    return booking.append(EventType.CHARGED_OFF, day, amount=principal, series="W")


def _write_off(booking: Booking, proposal: LoanEvent, day: date) -> LoanEvent:
    owed = fold_loan(booking.loan, as_of=day).payoff
    return booking.append(EventType.WRITTEN_OFF, day, amount=owed, series="W")


def check_nothing_recovered(loan: Loan) -> None:
    """Refuses while a recovery stands: on a loan that is owed again it would be nothing.

    Raises:
        WrongState: naming the receipts.
    """
    standing = loan.events.of_type(EventType.RECOVERY).standing().in_booking_order()
    numbers = ", ".join(standing.values_list("number", flat=True))
    if numbers:
        raise WrongState(f"Reverse what was recovered first, and book it again as repaid after: receipt {numbers}.")


def _undo_write_off(booking: Booking, proposal: LoanEvent, day: date) -> LoanEvent:
    check_nothing_recovered(booking.loan)
    given_up = booking.loan.events.of_type(EventType.WRITTEN_OFF).standing().latest_first()[0]
    return booking.append(EventType.REVERSAL, given_up.value_date, amount=given_up.amount, reverses=given_up)


# What each kind of proposal becomes once somebody agrees to it.
AGREED: dict[EventType, Callable[[Booking, LoanEvent, date], LoanEvent]] = {
    EventType.RESTRUCTURE_PROPOSED: _restructure,
    EventType.CHARGE_OFF_PROPOSED: _charge_off,
    EventType.WRITE_OFF_PROPOSED: _write_off,
    EventType.WRITE_OFF_UNDO_PROPOSED: _undo_write_off,
    EventType.STEP_PROPOSED: book_agreed,
}
