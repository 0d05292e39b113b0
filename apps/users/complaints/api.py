"""Complaints of the caller, and what they were answered."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from apps.mfis.core.api_types import REFUSED, Key
from apps.users.access.api.auth import ANY, borrower
from apps.users.complaints.models import Complaint
from apps.users.complaints.schemas import ComplaintIn, ComplaintMade, ComplaintOut
from apps.users.complaints.services import complain

router = Router(tags=["complaints"])


@router.get("/complaints", response={200: list[ComplaintOut], **REFUSED}, auth=ANY)
def own(request: HttpRequest) -> Any:
    """One's own complaints, newest first, with the day by which each is answered; at most 100."""
    return list(Complaint.objects.filter(account=borrower(request))[:100])


@router.post("/complaints", response={201: ComplaintMade, **REFUSED}, auth=ANY)
def file(request: HttpRequest, payload: ComplaintIn, key: Key = "") -> Any:
    """Complains. The MFI answers within thirty days."""
    return Status(201, complain(actor=borrower(request).actor, idempotency_key=key, **payload.dict()))
