"""What may be done to a loan: one table that services, admin, API and documents read."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from apps.loans.book.models import Loan, LoanEvent, Status
from apps.loans.book.workflow.application import APPLICATION
from apps.loans.book.workflow.running import RUNNING_LOAN
from apps.mfis.core.workflow import Transition, Workflow

LOAN = Workflow("loan", Status.choices, (*APPLICATION, *RUNNING_LOAN))  # buttons stand in this order
TRANSITIONS = LOAN.transitions


def hands_in(transition: Transition, loan: Loan, proposal: str, events: Iterable[LoanEvent]) -> set[UUID | None]:
    """Whoever had a hand in what `transition` decides, by any name the events were written under.

    `events` are the loan's in booking order, or those among them that may count. Of an application its borrower counts
    too; of proposals only the one that waits.
    """
    entered = [event for event in events if event.type in transition.makers]
    if proposal in transition.makers:
        return {next((event.actor_id for event in reversed(entered) if event.type == proposal), None)}
    return {loan.borrower_id, *(event.actor_id for event in entered)}
