"""What has happened to a loan since."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from apps.loans.book.api import own_loan
from apps.loans.book.models import EventType, LoanEvent
from apps.loans.desk.schemas import TOLD, EventOut
from apps.mfis.core.api_types import REFUSED
from apps.users.access.api.auth import ANY

router = Router(tags=["loans"])


@router.get("/loans/{uuid:loan_id}/events", response={200: list[EventOut], **REFUSED}, auth=ANY)
def events(request: HttpRequest, loan_id: UUID) -> Any:
    """What has happened with a loan, oldest first."""
    found = list(LoanEvent.objects.filter(loan=own_loan(request, loan_id)).in_booking_order())
    undone = {e.reverses_id for e in found}
    return [
        {
            "id": e.pk,
            "type": e.type,
            "label": str(EventType(e.type).label),
            "date": e.value_date,
            "number": e.number,
            "amount": None if e.amount is None else f"{e.amount:.2f}",
            "undone": e.pk in undone,
        }
        for e in found
        if e.type in TOLD
    ]
