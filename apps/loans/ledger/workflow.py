"""What becomes of a journal that somebody proposes by hand."""

from __future__ import annotations

from apps.loans.ledger.models import ClosingProposal, ManualJournal
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
        Transition(
            "withdraw",
            "Withdraw",
            Action.PROPOSE_JOURNAL,
            frozenset({_S.PROPOSED}),
            frozenset({_S.DECLINED}),
            needs_reason=True,
            anywhere=True,
            has_button=False,
            explanation="Nothing was posted. Whoever may propose an entry takes one back that still waits.",
        ),
    ),
)

_C = ClosingProposal.Status

SECOND_CLOSES = "You asked for this closing; a second person agrees to it."

CLOSING = Workflow(
    "proposed closing",
    _C.choices,
    (
        Transition(
            "close",
            "Close the books",
            Action.CLOSE_BOOKS,
            frozenset({_C.PROPOSED}),
            frozenset({_C.POSTED}),
            second_person=SECOND_CLOSES,
            style="danger",
        ),
        Transition(
            "decline",
            "Decline",
            Action.CLOSE_BOOKS,
            frozenset({_C.PROPOSED}),
            frozenset({_C.DECLINED}),
            second_person=SECOND_CLOSES,
            needs_reason=True,
            anywhere=True,
        ),
    ),
)
