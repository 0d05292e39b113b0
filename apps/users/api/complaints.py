"""Complaints of the caller, and what they were answered."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from apps.mfis.clock import business_date
from apps.users.api.auth import ANY, borrower
from apps.users.api.schemas import REFUSED, ComplaintIn, ComplaintMade, ComplaintOut, Key
from apps.users.models import Complaint
from apps.users.services.complaints import complain

router = Router(tags=["complaints"])


@router.get("/complaints", response={200: list[ComplaintOut], **REFUSED}, auth=ANY)
def own(request: HttpRequest) -> Any:
    """One's own complaints, newest first, with the day by which each is answered; at most 100."""
    return list(Complaint.objects.filter(account=borrower(request))[:100])


@router.post("/complaints", response={201: ComplaintMade, **REFUSED}, auth=ANY)
def file(request: HttpRequest, payload: ComplaintIn, key: Key = "") -> Any:
    """Complains. The MFI answers within thirty days."""
    return Status(201, complain(account=borrower(request), on=business_date(), key=key, **payload.dict()))
