"""What the caller says is wrong in their credit history, and what was decided."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from apps.loans.histories import schemas as s
from apps.loans.histories.models import Dispute
from apps.loans.histories.services.disputes import open_dispute
from apps.mfis.core.api_types import REFUSED, Key
from apps.users.access.api.auth import ANY, borrower
from apps.users.accounts.selectors import belongs_to

router = Router(tags=["credit history"])


@router.get("/disputes", response={200: list[s.DisputeOut], **REFUSED}, auth=ANY)
def own(request: HttpRequest) -> Any:
    """One's own disputes, newest first, with the day by which each is decided; at most 100."""
    disputes = Dispute.objects.filter(belongs_to(borrower(request).pk, "account")).select_related("loan")[:100]
    return [dispute_out(d) for d in disputes]


@router.post("/disputes", response={201: s.DisputeMade, **REFUSED}, auth=ANY)
def dispute(request: HttpRequest, payload: s.DisputeIn, key: Key = "") -> Any:
    """Says that an entry is wrong. It is decided within thirty days, by somebody who did not enter it."""
    return Status(
        201,
        open_dispute(
            actor=borrower(request).actor,
            loan_id=payload.loan,
            entry=payload.entry,
            text=payload.text,
            idempotency_key=key,
        ),
    )


def dispute_out(d: Dispute) -> dict[str, Any]:
    """A dispute as its borrower sees it."""
    return {
        "id": d.pk,
        "loan": d.loan_id,
        "loan_number": d.loan.number,
        "entry": d.entry,
        "text": d.text,
        "opened_on": d.opened_on,
        "due_on": d.due_on,
        "outcome": d.outcome,
        "answer": d.answer,
        "decided_on": d.decided_on,
    }
