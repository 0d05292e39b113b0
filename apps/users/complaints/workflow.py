"""What may be done to a complaint: the one table that its service and its page read."""

from __future__ import annotations

from apps.mfis.core.roles import Action
from apps.mfis.core.workflow import Transition, Workflow
from apps.users.complaints.models import Complaint

State = Complaint.State

ANSWER = Transition(
    "answer_complaint",
    "Answer",
    Action.ANSWER_COMPLAINTS,
    frozenset({State.OPEN}),
    frozenset({State.ANSWERED}),
    needs_reason=True,
    reason_wanted="Answer in words.",
    anywhere=True,
    style="primary",
    explanation="The answer cannot be changed afterwards.",
)

COMPLAINT = Workflow("complaint", State.choices, [ANSWER])
