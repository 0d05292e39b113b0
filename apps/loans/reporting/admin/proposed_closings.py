"""Closings of the books that wait for a second person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse

from apps.loans.ledger.models import ClosingProposal
from apps.loans.ledger.workflow import CLOSING
from apps.loans.reporting.services.closing import decide_closing
from apps.users.back_office.base import LetsemaAdmin, status_badge
from apps.users.back_office.decisions import asked_step, decision_page
from apps.users.back_office.requests import StaffRequest
from apps.users.back_office.sites import tenant_site

COLOURS = {"proposed": "waiting", "posted": "closed", "declined": "declined"}


@admin.register(ClosingProposal, site=tenant_site)
class ClosingProposalAdmin(LetsemaAdmin):
    list_title = "Proposed closings"
    list_display = ("through", "maker_name", "created_at", "state", "decided_by")
    list_filter = ("status",)
    readonly_fields = ("through", "maker_name", "status", "decided_by", "decided_reason")
    fields = readonly_fields

    @admin.display(ordering="status")
    def state(self, proposal: ClosingProposal) -> str:
        return status_badge(COLOURS[proposal.status], proposal.get_status_display())

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.decide_view)
        decide = path("<uuid:proposal_id>/decide/<str:step>/", view, name="loans_closingproposal_decide")
        return [decide, *super().get_urls()]

    def page_tools(self, request: HttpRequest, obj: ClosingProposal) -> list[dict[str, str]]:
        return [
            {
                "label": step.label,
                "style": step.style,
                "url": reverse("admin:loans_closingproposal_decide", args=[obj.pk, step.name]),
            }
            for step in CLOSING
            if obj.status in step.sources and self._may(request, step.duty) and obj.maker_id != request.user.pk
        ]

    def decide_view(self, request: StaffRequest, proposal_id: UUID, step: str) -> HttpResponse:
        """The confirm page of a step of the workflow."""
        asked, proposal = asked_step(request, self, CLOSING, step, proposal_id)
        closes = step == "close"

        def decide(values: dict[str, Any]) -> ClosingProposal:
            return decide_closing(proposal_id=proposal.pk, actor=request.user.actor, close=closes, **values)

        return decision_page(
            request,
            admin=self,
            step=asked,
            record=proposal,
            run=decide,
            done="The books are closed." if closes else "Declined.",
            subject="Proposed closings",
            facts=[("Asked for by", proposal.maker_name), ("Through", f"{proposal.through:%-d %b %Y}")],
            back_url=reverse("admin:loans_closingproposal_changelist"),
            explanation="Nothing can be posted into closed days any more; what comes late becomes an adjustment.",
        )
