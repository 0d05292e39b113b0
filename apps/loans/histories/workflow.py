"""What may be done to a dispute: the one table that its service and its page read."""

from __future__ import annotations

from apps.loans.histories.models import Dispute
from apps.mfis.core.roles import Action
from apps.mfis.core.workflow import Transition, Workflow

State = Dispute.State

DECIDE = Transition(
    "decide_dispute",
    "Decide",
    Action.ANSWER_COMPLAINTS,
    frozenset({State.OPEN}),
    frozenset({State.CORRECTED, State.STANDS}),
    second_person="You entered what is disputed: somebody else decides.",
    needs_reason=True,
    reason_wanted="Give the reason in words.",
    style="primary",
    explanation="Whoever entered what is disputed does not decide. Where it was wrong, correct the loan first "
    "(reverse, move or waive on its page). The decision cannot be changed afterwards.",
)

DISPUTE = Workflow("dispute", State.choices, [DECIDE])
