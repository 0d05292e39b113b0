"""Whether a borrower has agreed to the terms of an application as they stand, and to which key facts."""

from __future__ import annotations

from typing import Any

from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.book.workflow import AMENDING

SIGNING = (EventType.SUBMITTED, EventType.AGREED)  # may carry the key facts that were agreed to; so may what amends


def last_signed(loan: Loan) -> dict[str, Any] | None:
    """The statement that was agreed to last, as it was then; None where none was, or the terms have changed since."""
    for event in _deciding(loan):
        if "key_facts" in event.payload:
            signed: dict[str, Any] = event.payload["key_facts"]
            return signed
        if event.payload.get("asks_again"):
            return None
    return None


def agreement_wanted(loan: Loan) -> bool:
    """Whether the terms were changed since the borrower agreed to them."""
    for event in _deciding(loan):
        if "key_facts" in event.payload:
            return False
        if event.payload.get("asks_again"):
            return True
    return False


def _deciding(loan: Loan) -> list[LoanEvent]:
    """What changed the terms or was agreed to, newest first."""
    return list(loan.events.of_type(*SIGNING, *AMENDING).standing().latest_first())
