"""A page that anybody may open: whether a receipt that somebody shows them was given, and still stands."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.loans.book.models import RECEIPTS, LoanEvent


def verify_receipt(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """Number, day and amount of a receipt. It names nobody and no loan."""
    event = LoanEvent.objects.select_related("loan").filter(pk=event_id, type__in=RECEIPTS).first()
    if event is None:
        raise Http404
    undone = LoanEvent.objects.filter(reverses=event).exists()
    context = {"title": f"Receipt {event.number}", "event": event, "undone": undone, "currency": event.loan.currency}
    response = TemplateResponse(request, "letsema/receipt.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response
