"""How far a loan has come, as a person follows it: the stages of the step bar, and the reason of the last step."""

from __future__ import annotations

from dataclasses import dataclass

from apps.loans.book.models import EventType, LoanEvent, Status
from apps.loans.book.workflow.events import EVENTS

STEPS = (
    ("applied", "Applied", frozenset({Status.SUBMITTED})),
    ("in_review", "In review", frozenset({Status.UNDER_REVIEW, Status.INFO_REQUESTED, Status.REVIEWED})),
    ("approved", "Approved", frozenset({Status.APPROVED})),
    ("paid_out", "Paid out", frozenset({Status.ACTIVE, Status.CHARGED_OFF, Status.OVERPAID})),
    ("closed", "Closed", frozenset({Status.CLOSED})),
)

ENDED = {
    Status.REJECTED: "Rejected",
    Status.WITHDRAWN: "Withdrawn",
    Status.WRITTEN_OFF: "Written off",
    Status.TAKEN_BACK: "Taken off the books",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of the bar, as it stands for a loan."""

    name: str  # what programs and translations go by
    label: str
    state: str  # done | now | ended | todo


def steps(status: Status, events: list[LoanEvent]) -> list[Step]:
    """The step bar: what is behind, where the loan stands, and where it ended if it did."""
    if status in ENDED:
        reached = 1 if any(e.type == EventType.REVIEW_STARTED for e in events) else 0
        reached = 3 if status == Status.WRITTEN_OFF else reached
        behind = [Step(name, label, "done") for name, label, _ in STEPS[: reached + 1]]
        return [*behind, Step(status.value, ENDED[status], "ended")]
    at = next(n for n, (_, _, states) in enumerate(STEPS) if status in states)
    marks = ["done"] * at + ["done" if status == Status.CLOSED else "now"] + ["todo"] * (len(STEPS) - at - 1)
    return [Step(name, label, mark) for (name, label, _), mark in zip(STEPS, marks, strict=True)]


def reason_shown(status: Status, events: list[LoanEvent]) -> str:
    """Why the loan stands at `status`, where that is told to its borrower; `events` are in booking order."""
    telling = {rule.type for rule in EVENTS.values() if rule.reason_shown and rule.status == status}
    return next((event.reason for event in reversed(events) if event.type in telling), "")
