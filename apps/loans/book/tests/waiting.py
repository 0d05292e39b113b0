"""Something that waits for a second person on a loan in any state in which one may decide."""

from __future__ import annotations

from collections.abc import Callable

from apps.loans.book.models import EventType, Loan, LoanState, Status
from apps.loans.recording.services import append_event
from apps.loans.servicing.services.write_off import propose_undoing_write_off, propose_write_off
from apps.mfis.core.clock import business_date
from tests.factories import Branch

WHY = "So it is."


def proposed(branch: Branch, loan: Loan, maker: str) -> None:
    """Something that waits for a second person: a write-off, or a step of four eyes where a loan is not owed."""
    status, maker_actor = LoanState.objects.get(pk=loan.pk).status, branch.staff[maker].actor
    if status not in WAITING_STEPS:
        propose = propose_undoing_write_off if status == Status.WRITTEN_OFF else propose_write_off
        propose(loan_id=loan.pk, actor=maker_actor, reason=WHY)
        return
    step, detail = WAITING_STEPS[status]
    payload = {"step": step, "book": step, "rule": step, "detail": detail(loan), "why": WHY}
    kind = EventType.STEP_PROPOSED
    append_event(loan=loan, event_type=kind, actor=maker_actor, value_date=business_date(), payload=payload)


def by_cash(amount: str) -> dict[str, str]:
    return {"amount": amount, "channel": "cash", "reference": "", "day": business_date().isoformat()}


WAITING_STEPS: dict[str, tuple[str, Callable[[Loan], dict[str, str]]]] = {
    Status.APPROVED: ("disburse", lambda loan: by_cash(str(loan.principal))),
    Status.OVERPAID: ("refund", lambda loan: by_cash("10.00")),
    Status.CLOSED: ("reverse", lambda loan: {"event_id": str(loan.events.of_type(EventType.PAY_OFF).get().pk)}),
}
