"""Where a loan may stand, in the groups that rules speak of."""

from __future__ import annotations

from apps.loans.book.models import Status as _S


def states(*of: str) -> frozenset[str]:
    """A group of states, or of events."""
    return frozenset(of)


BEFORE_APPROVAL = states(_S.SUBMITTED, _S.UNDER_REVIEW, _S.INFO_REQUESTED, _S.REVIEWED)
CHANGEABLE = states(_S.SUBMITTED, _S.UNDER_REVIEW, _S.INFO_REQUESTED)  # what is reviewed is sent back first
BEFORE_DISBURSEMENT = BEFORE_APPROVAL | states(_S.APPROVED)
RUNNING = states(_S.ACTIVE)
COLLECTED = states(_S.ACTIVE, _S.CHARGED_OFF)  # charged off is not given up: what comes in still counts
REPAID = states(_S.CLOSED, _S.OVERPAID)
SETTLING = COLLECTED | REPAID  # where the fold may say that a paid-out loan stands
SECURED = BEFORE_DISBURSEMENT | RUNNING
DISBURSED = SETTLING | states(_S.WRITTEN_OFF)
ANY = states(*_S)
