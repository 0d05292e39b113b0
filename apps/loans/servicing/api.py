"""Payments that the borrower reports."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status

from apps.loans.book.api import own_loan, page_of
from apps.loans.servicing.models import PaymentNotice
from apps.loans.servicing.schemas import PaymentIn, PaymentMade, PaymentPage
from apps.loans.servicing.services.reported_payments import Reported, report_payment
from apps.mfis.core.api_types import REFUSED, After, Key, Most, amount_text
from apps.users.access.api.auth import ANY, borrower

router = Router(tags=["loans"])


@router.get("/loans/{uuid:loan_id}/payments", response={200: PaymentPage, **REFUSED}, auth=ANY)
def payments(request: HttpRequest, loan_id: UUID, after: After = None, most: Most = 50) -> dict[str, Any]:
    """Payments the borrower has reported, and what became of them, newest first, in pages."""
    notices, following = page_of(PaymentNotice.objects.filter(loan=own_loan(request, loan_id)), after, most)
    return {"items": [payment_out(notice) for notice in notices], "next": following}


def payment_out(notice: PaymentNotice) -> dict[str, Any]:
    """A reported payment as its borrower sees it."""
    names = ("channel", "reference", "paid_on", "status", "decided_reason", "created_at")
    return {"id": notice.pk, "amount": amount_text(notice.amount), **{name: getattr(notice, name) for name in names}}


@router.post("/loans/{uuid:loan_id}/payments", response={201: PaymentMade, **REFUSED}, auth=ANY)
def pay(request: HttpRequest, loan_id: UUID, payload: PaymentIn, idempotency_key: Key = "") -> Status[Reported]:
    """Reports a payment by wallet or bank; it counts once a cashier has confirmed it."""
    actor = borrower(request).actor
    return Status(201, report_payment(loan_id=loan_id, actor=actor, idempotency_key=idempotency_key, **dict(payload)))
