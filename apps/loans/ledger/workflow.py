"""What becomes of a journal that somebody proposes by hand."""

from __future__ import annotations

from apps.loans.ledger.models import ManualJournal
from apps.mfis.core.roles import Action
from apps.mfis.core.workflow import Transition, Workflow

_S = ManualJournal.Status

SECOND_PERSON = "You proposed this entry; a second person posts it."

JOURNAL = Workflow(
    "journal by hand",
    _S.choices,
    (
        Transition(
            "post",
            "Post",
            Action.POST_JOURNAL,
            frozenset({_S.PROPOSED}),
            frozenset({_S.POSTED}),
            second_person=SECOND_PERSON,
            style="primary",
        ),
        Transition(
            "decline",
            "Decline",
            Action.POST_JOURNAL,
            frozenset({_S.PROPOSED}),
            frozenset({_S.DECLINED}),
            second_person=SECOND_PERSON,
            needs_reason=True,
            anywhere=True,
            style="danger",
        ),
    ),
)
