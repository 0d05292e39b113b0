"""What becomes of a payment that a borrower reports."""

from __future__ import annotations

from apps.loans.servicing.models import PaymentNotice
from apps.mfis.core.roles import Action
from apps.mfis.core.workflow import Transition, Workflow

_S = PaymentNotice.Status

REPORTED_PAYMENT = Workflow(
    "reported payment",
    _S.choices,
    (
        Transition(
            "confirm",
            "Confirm",
            Action.RECORD_REPAYMENT,
            frozenset({_S.WAITING}),
            frozenset({_S.CONFIRMED}),
            anywhere=True,
            style="primary",
            explanation="You have seen the money; it is booked as a repayment.",
        ),
        Transition(
            "decline",
            "Decline",
            Action.RECORD_REPAYMENT,
            frozenset({_S.WAITING}),
            frozenset({_S.DECLINED}),
            needs_reason=True,
            reason_wanted="Give a reason; the borrower sees it.",
            anywhere=True,
            style="danger",
        ),
    ),
)
