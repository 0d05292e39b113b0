"""New terms for a running loan: proposed by one person, decided by another."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.book.projection import fold_loan
from apps.loans.book.workflow import TRANSITIONS
from apps.loans.domain.snapshot import LoanSnapshot
from apps.loans.domain.terms_parser import parse_restructuring
from apps.loans.domain.violations import InvalidTerms
from apps.loans.recording.wording import refusal
from apps.loans.servicing.services.booking import Booked
from apps.loans.servicing.services.proposals import begin_proposal
from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command


@command(TRANSITIONS["propose_restructuring"].duty)
def propose_restructuring(
    *,
    loan_id: UUID,
    actor: Actor,
    terms: dict[str, Any],
    reason: str,
    value_date: date | None = None,
    idempotency_key: str = "",
) -> Booked:
    """Proposes new terms from an installment onwards; see `Reschedule`. Nothing changes until a second person decides.

    Raises:
        NotAllowed, WrongState: duty, state, or another proposal waits. InvalidInput: terms that cannot be.
    """
    booking = begin_proposal("propose_restructuring", loan_id, actor, reason, idempotency_key)
    day = booking.day(value_date)
    _check_terms(terms)
    event = booking.append(EventType.RESTRUCTURE_PROPOSED, day, payload={"terms": terms})
    preview_restructured(booking.loan, terms, day)
    return Booked.of(event)


def preview_restructured(loan: Loan, terms: dict[str, Any], value_date: date) -> LoanSnapshot:
    """The state the loan would have with the new terms: the engine's own.

    Raises:
        InvalidInput: the terms cannot be.
    """
    draft = LoanEvent(loan=loan, type=EventType.RESTRUCTURED, value_date=value_date, payload={"terms": terms})
    try:
        return fold_loan(loan, events=[*loan.events.in_booking_order(), draft], as_of=None)
    except InvalidTerms as error:
        raise refusal(error) from None


def _check_terms(terms: dict[str, Any]) -> None:
    try:
        parse_restructuring(terms)
    except InvalidTerms as error:
        raise refusal(error) from None
