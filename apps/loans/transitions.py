"""States and transitions of a loan: one table that services, admin, API and documents read."""

from __future__ import annotations

from dataclasses import dataclass

from apps.loans.models.event import EventType
from apps.loans.models.projection import Status
from apps.users.roles import Action


@dataclass(frozen=True, slots=True)
class Transition:
    """What somebody may do to a loan: from which states, to which, by which duty, and how it is asked."""

    name: str
    label: str
    event: EventType
    sources: frozenset[Status]
    target: Status | None  # None: the fold decides
    action: Action
    needs_reason: bool = False
    style: str = "secondary"
    explanation: str = ""


def _from(*sources: Status) -> frozenset[Status]:
    return frozenset(sources)


BEFORE_APPROVAL = _from(Status.SUBMITTED, Status.UNDER_REVIEW, Status.REVIEWED)

TRANSITIONS = {
    t.name: t
    for t in (
        Transition(
            "start_review", "Start review", EventType.REVIEW_STARTED, _from(Status.SUBMITTED), Status.UNDER_REVIEW,
            Action.REVIEW, style="primary", explanation="You become the officer who reviews this application.",
        ),
        Transition(
            "recommend", "Recommend", EventType.REVIEWED, _from(Status.UNDER_REVIEW), Status.REVIEWED,
            Action.REVIEW, needs_reason=True, style="primary",
            explanation="Say what you checked (identity, income, purpose); a second person then approves.",
        ),
        Transition(
            "approve", "Approve", EventType.APPROVED, _from(Status.REVIEWED), Status.APPROVED,
            Action.APPROVE, style="primary", explanation="The loan may then be paid out. A second person always decides.",
        ),
        Transition(
            "reject", "Reject", EventType.REJECTED, BEFORE_APPROVAL, Status.REJECTED,
            Action.REJECT, needs_reason=True, style="danger", explanation="The borrower sees the reason.",
        ),
        Transition(
            "disburse", "Disburse", EventType.DISBURSED, _from(Status.APPROVED), Status.ACTIVE,
            Action.DISBURSE, style="primary", explanation="Pays the loan out, less the fee kept back.",
        ),
        Transition(
            "record_repayment", "Record repayment", EventType.REPAYMENT, _from(Status.ACTIVE), None,
            Action.RECORD_REPAYMENT, style="primary", explanation="Money received, on the day it was received.",
        ),
        Transition(
            "reverse", "Reverse a repayment", EventType.REVERSAL,
            _from(Status.ACTIVE, Status.CLOSED, Status.OVERPAID), None,
            Action.REVERSE_REPAYMENT, needs_reason=True, style="danger",
            explanation="The receipt stays on the record, marked as reversed.",
        ),
        Transition(
            "withdraw", "Withdraw", EventType.WITHDRAWN, _from(*BEFORE_APPROVAL, Status.APPROVED), Status.WITHDRAWN,
            Action.BORROW, needs_reason=False, style="danger", explanation="The application ends.",
        ),
    )
}  # fmt: skip

# The stages a person follows on the step bar, in order.
STEPS = (
    ("Applied", frozenset({Status.SUBMITTED})),
    ("In review", frozenset({Status.UNDER_REVIEW, Status.REVIEWED})),
    ("Approved", frozenset({Status.APPROVED})),
    ("Paid out", frozenset({Status.ACTIVE, Status.OVERPAID})),
    ("Closed", frozenset({Status.CLOSED})),
)
