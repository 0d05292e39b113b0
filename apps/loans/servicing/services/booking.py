"""What every booking on a loan has in common: the loan locked, the step checked, the day settled, the fact written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.loans.book.models import EventType, Loan, LoanEvent, LoanState
from apps.loans.recording.services import append_event, check_transition, check_value_date, lock_loan
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date

CENT = Decimal("0.01")

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Booked:
    """A fact that a command wrote: its key, the number people read ("" where it has none), and its amount."""

    id: UUID
    number: str
    amount: Decimal | None

    @classmethod
    def of(cls, event: LoanEvent) -> Booked:
        return cls(event.pk, event.number, None if event.amount is None else event.amount.quantize(CENT))


@dataclass(frozen=True, slots=True)
class Booking:
    """A loan that is locked until the transaction ends, and what one actor is about to write about it."""

    loan: Loan
    state: LoanState
    actor: Actor
    reason: str
    idempotency_key: str

    def check(self, transition: str) -> None:
        """Refuses a step that `check_transition` refuses."""
        check_transition(transition, self.loan, self.state, self.actor, reason=self.reason)

    def day(self, value_date: date | None, *, not_before: date | None = None) -> date:
        """The day the fact counts from, by default today.

        Raises:
            InvalidInput: in the future, or before `not_before`, which is by default the pay-out, or the application.
        """
        day = value_date or business_date()
        check_value_date(day, not_before=not_before or self.state.disbursed_on or self.loan.submitted_on)
        return day

    def append(self, event_type: EventType, value_date: date, **values: Any) -> LoanEvent:
        """Writes the fact, with all that `append_event` does."""
        return append_event(
            loan=self.loan,
            event_type=event_type,
            actor=self.actor,
            value_date=value_date,
            **{"reason": self.reason, "idempotency_key": self.idempotency_key, **values},
        )


def lock_booking(loan_id: UUID, actor: Actor, *, reason: str = "", idempotency_key: str = "") -> Booking:
    """Locks the loan for a booking whose step is checked once its state is known.

    Raises:
        NotFound: no such loan.
    """
    loan, state = lock_loan(loan_id)
    return Booking(loan, state, actor, reason.strip()[:LONGEST_REASON], idempotency_key)


def begin(transition: str, loan_id: UUID, actor: Actor, *, reason: str = "", idempotency_key: str = "") -> Booking:
    """Locks the loan and checks that `actor` may take this step now.

    Raises:
        NotFound: no such loan. NotAllowed, WrongState, InvalidInput, NotHome: what `check_transition` refuses.
    """
    booking = lock_booking(loan_id, actor, reason=reason, idempotency_key=idempotency_key)
    booking.check(transition)
    return booking
