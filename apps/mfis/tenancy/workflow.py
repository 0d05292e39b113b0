"""What may become of an MFI, and what its people then find."""

from __future__ import annotations

from apps.mfis.core.roles import Action
from apps.mfis.core.workflow import Transition, Workflow
from apps.mfis.tenancy.models import MFI

_S = MFI.Status
WHY = "Give the reason; it is kept with the change."


def _step(name: str, label: str, sources: set[str], target: str, style: str, explanation: str) -> Transition:
    return Transition(
        name,
        label,
        Action.MANAGE_MFIS,
        frozenset(sources),
        frozenset({target}),
        needs_reason=True,
        reason_wanted=WHY,
        anywhere=True,
        style=style,
        explanation=explanation,
    )


INSTITUTION = Workflow(
    "institution",
    _S.choices,
    (
        _step(
            "suspend",
            "Suspend",
            {_S.ACTIVE, _S.CLOSING},
            _S.SUSPENDED,
            "danger",
            "Its pages will answer that it is suspended. Nothing is deleted, and it can be reopened.",
        ),
        _step(
            "reopen",
            "Reopen",
            {_S.SUSPENDED, _S.CLOSING},
            _S.ACTIVE,
            "quiet",
            "Its pages are open for everybody, and it takes new business again.",
        ),
        _step(
            "close_down",
            "Close down",
            {_S.ACTIVE, _S.SUSPENDED},
            _S.CLOSING,
            "danger",
            "It takes no new business: no applications, no registrations, no pay-outs. Repayments go on until it is "
            "closed.",
        ),
        _step(
            "close",
            "Close",
            {_S.CLOSING},
            _S.CLOSED,
            "danger",
            "It is only read: its people sign in, look and export, and nothing can be changed. Close it once nothing "
            "is owed, or the book has gone to another lender.",
        ),
        _step(
            "take_up_again",
            "Go back to closing",
            {_S.CLOSED},
            _S.CLOSING,
            "quiet",
            "Repayments and corrections are possible again; new business is not.",
        ),
    ),
)


def step_to(current: str, wanted: str) -> Transition | None:
    """The step that leads from one status to another, if there is one."""
    return next((step for step in INSTITUTION if current in step.sources and wanted in step.targets), None)
