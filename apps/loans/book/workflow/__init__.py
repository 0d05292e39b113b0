"""The loan's workflow: what may be done to it, what each event does, and the stages that people follow."""

from apps.loans.book.workflow.events import (
    AMENDING,
    CORRECTABLE,
    ENGINE_EVENTS,
    EVENTS,
    PROPOSALS,
    REVERSIBLE,
    EventRule,
    types_that,
)
from apps.loans.book.workflow.four_eyes import CLOSING, FOUR_EYES, PAST_MONTH, FourEyes
from apps.loans.book.workflow.states import (
    BEFORE_APPROVAL,
    BEFORE_DISBURSEMENT,
    COLLECTED,
    DISBURSED,
    REPAID,
    RUNNING,
    SECURED,
)
from apps.loans.book.workflow.steps import ENDED, STEPS, Step, reason_shown, steps
from apps.loans.book.workflow.taken_on import TAKEN_ON
from apps.loans.book.workflow.transitions import LOAN, TRANSITIONS, hands_in
from apps.mfis.core.workflow import Transition

__all__ = [
    "AMENDING",
    "BEFORE_APPROVAL",
    "BEFORE_DISBURSEMENT",
    "CLOSING",
    "COLLECTED",
    "CORRECTABLE",
    "DISBURSED",
    "ENDED",
    "ENGINE_EVENTS",
    "EVENTS",
    "FOUR_EYES",
    "LOAN",
    "PAST_MONTH",
    "PROPOSALS",
    "REPAID",
    "REVERSIBLE",
    "RUNNING",
    "SECURED",
    "STEPS",
    "TAKEN_ON",
    "TRANSITIONS",
    "EventRule",
    "FourEyes",
    "Step",
    "Transition",
    "hands_in",
    "reason_shown",
    "steps",
    "types_that",
]
