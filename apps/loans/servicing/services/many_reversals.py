"""Taking many receipts back by one command: an import that was a mistake."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from apps.loans.book.models import LoanEvent
from apps.loans.book.workflow import REVERSIBLE, TRANSITIONS
from apps.loans.ledger.queries import look_at_books
from apps.loans.recording.facts import read_facts
from apps.loans.recording.services import lock_loans
from apps.loans.recording.writing import Writing
from apps.loans.servicing.services.booking import LONGEST_REASON, Booking
from apps.loans.servicing.services.correction import reverse, step_back
from apps.loans.servicing.services.many_repayments import Refused, RowBooked
from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import NotFound, ServiceError


@command(TRANSITIONS["reverse"].duty)
def reverse_repayments(*, event_ids: Sequence[UUID], actor: Actor, reason: str) -> list[RowBooked]:
    """Takes each movement back as `reverse_repayment` would, one after the other. Returns what became of each, in their
    order; what is refused stops no other.

    Locks their loans in the order of their keys until the transaction ends.

    Raises:
        NotAllowed: duty.
    """
    found = LoanEvent.objects.filter(type__in=REVERSIBLE).in_bulk(event_ids)
    many = _Many(actor, reason.strip()[:LONGEST_REASON], list(found.values()))
    results = [many.take(found.get(event_id)) for event_id in event_ids]
    many.writing.write()
    return results


class _Many:
    """The movements with their loans: locked, looked up together, and kept up from one to the next."""

    def __init__(self, actor: Actor, reason: str, events: Sequence[LoanEvent]) -> None:
        self.actor, self.reason, self.writing = actor, reason, Writing(actor)
        locked = lock_loans(sorted({event.loan_id for event in events}))
        self.states = {loan_id: state for loan_id, (_, state) in locked.items()}
        self.facts = read_facts([loan for loan, _ in locked.values()]) if locked else {}
        if self.writing.is_home and locked:
            for loan_id, books in look_at_books(locked).items():
                self.facts[loan_id].books = books

    def take(self, event: LoanEvent | None) -> RowBooked:
        try:
            if event is None:
                raise NotFound("There is no such movement of money.")
            facts = self.facts[event.loan_id]
            booking = self._booking(event)
            booking.check(step_back(event))
            with self.writing.or_nothing(facts):
                return RowBooked(reverse(booking, event))
        except ServiceError as error:
            return RowBooked(Refused.by(error))

    def _booking(self, event: LoanEvent) -> Booking:
        facts = self.facts[event.loan_id]
        state = facts.projected.state if facts.projected else self.states[event.loan_id]
        return Booking(facts.loan, state, self.actor, self.reason, "", facts, self.writing, at_once=False)
