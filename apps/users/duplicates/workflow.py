"""What may be done to a merge: the one table that its services and its pages read."""

from __future__ import annotations

from apps.mfis.core.roles import Action
from apps.mfis.core.workflow import Transition, Workflow
from apps.users.duplicates.models import Merge

Status = Merge.Status
WAITING, DONE = frozenset({Status.WAITING}), frozenset({Status.DONE})

SECOND = "Whoever asked for it does not decide it; a second person does."

MERGE = Workflow(
    "merge",
    Status.choices,
    [
        Transition(
            "agree_merge",
            "Merge",
            Action.REGISTER_BORROWER,
            WAITING,
            DONE,
            second_person=SECOND,
            style="primary",
            explanation="The loans of both are shown with the account that stands. It can be taken apart again.",
        ),
        Transition(
            "refuse_merge",
            "Refuse",
            Action.REGISTER_BORROWER,
            WAITING,
            frozenset({Status.REFUSED}),
            explanation="Both accounts stay as they are, and are found again.",
        ),
        Transition(
            "undo_merge",
            "Take apart",
            Action.MANAGE_PEOPLE,
            DONE,
            frozenset({Status.UNDONE}),
            needs_reason=True,
            style="danger",
            explanation="Each account gets back what it held. What was entered for one of them since stays there.",
        ),
    ],
)
