"""Taking running loans on from another system, and taking that back: a loan begins by it, or is none any more."""

from __future__ import annotations

from apps.loans.book.models import EventType, Status
from apps.loans.book.workflow.states import RUNNING, states
from apps.mfis.core.roles import Action
from apps.mfis.core.workflow import Transition, Workflow

TAKEN_ON = Workflow(
    "loan of another system",
    Status.choices,
    (
        Transition(
            "take_on",
            "Take on from another system",
            Action.TAKE_ON_LOANS,
            states(),
            RUNNING,
            (EventType.TAKEN_ON,),
            explanation="The loan goes on from the figures of a day; nothing is dated before it. Whoever runs the file "
            "confirms it; until something rests on it, it can be taken back.",
            has_button=False,
        ),
        Transition(
            "undo_take_on",
            "Take back",
            Action.TAKE_ON_LOANS,
            RUNNING,
            states(Status.TAKEN_BACK),
            (EventType.REVERSAL,),
            undoes=states(EventType.TAKEN_ON),
            needs_reason=True,
            reason_wanted="Say why these loans are taken back.",
            style="danger",
            explanation="Possible while nothing was booked on the loan. It leaves lists, portfolio and books; the same "
            "loan can be brought in again.",
            has_button=False,
        ),
    ),
)
