"""Journals by hand: proposed by one, posted by another."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse

from apps.loans.domain.money import format_money
from apps.loans.ledger.chart import ensure_chart
from apps.loans.ledger.expressions import DebitOfLines
from apps.loans.ledger.forms import JournalForm
from apps.loans.ledger.manual import ProposedJournal, decide_journal, propose_journal, withdraw_journal
from apps.loans.ledger.models import GLAccount, ManualJournal
from apps.loans.ledger.workflow import JOURNAL
from apps.mfis.core.roles import Action
from apps.users.back_office.base import LetsemaAdmin, posted, run_action, status_badge
from apps.users.back_office.decisions import asked_step, decision_page
from apps.users.back_office.requests import StaffRequest, staff_of
from apps.users.back_office.sites import tenant_site
from apps.users.spreadsheets.admin import ImportsRows

DONE = {"post": "Posted.", "decline": "Declined.", "withdraw": "Withdrawn."}

COLOURS = {"proposed": "waiting", "posted": "active", "declined": "declined"}


@admin.register(ManualJournal, site=tenant_site)
class ManualAdmin(ImportsRows, LetsemaAdmin):
    import_kinds = ("journals",)
    list_title = "Journals by hand"
    add_action = Action.PROPOSE_JOURNAL
    add_label = "Propose an entry"
    list_display = ("narrative", "posted_on", "amount", "maker_name", "state", "decided_by")
    list_filter = ("status",)
    search_fields = ("narrative", "maker_name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ManualJournal]:
        journals: QuerySet[ManualJournal] = super().get_queryset(request)
        return journals.annotate(total=DebitOfLines("lines"))

    @admin.display(ordering="total")
    def amount(self, journal: ManualJournal) -> str:
        return format_money(sum((amount for _, amount in journal.amounts() if amount > 0), Decimal(0)))

    @admin.display(ordering="status")
    def state(self, journal: ManualJournal) -> str:
        return status_badge(COLOURS[journal.status], journal.get_status_display())

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.decide_view)
        return [
            path("<uuid:journal_id>/decide/<str:step>/", view, name="loans_manualjournal_decide"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        ensure_chart()

        def propose(values: dict[str, Any]) -> ProposedJournal:
            return propose_journal(actor=staff_of(request).actor, **values)

        return run_action(
            request,
            admin=self,
            form=JournalForm(posted(request)),
            subject="Journals by hand",
            run=propose,
            done="The entry waits for a second person.",
            back_url=reverse("admin:loans_manualjournal_changelist"),
            title="Propose an entry",
            button="Propose",
            explanation="Debits and credits must be equal. A second person posts it.",
            template="admin/journal_form.html",
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        journal = self.get_object(request, object_id)
        if journal is None or not self.has_view_permission(request):
            raise Http404
        accounts = GLAccount.objects.in_bulk([account for account, _ in journal.amounts()])
        step, back = JOURNAL["post"], JOURNAL["withdraw"]
        context = {
            **self.admin_site.each_context(request),
            "title": journal.narrative,
            "opts": self.opts,
            "journal": journal,
            "lines": [(accounts[account], amount) for account, amount in journal.amounts()],
            "decides": journal.status in step.sources
            and self._may(request, step.duty)
            and journal.maker_id != request.user.pk,
            "withdraws": journal.status in back.sources and self._may(request, back.duty),
        }
        return TemplateResponse(request, "admin/manual_journal.html", context)

    def decide_view(self, request: StaffRequest, journal_id: UUID, step: str) -> HttpResponse:
        """The confirm page of a step of the workflow."""
        asked, journal = asked_step(request, self, JOURNAL, step, journal_id)

        def decide(values: dict[str, Any]) -> ManualJournal:
            if step == "withdraw":
                return withdraw_journal(journal_id=journal.pk, actor=request.user.actor, **values)
            return decide_journal(journal_id=journal.pk, actor=request.user.actor, post=step == "post", **values)

        return decision_page(
            request,
            admin=self,
            step=asked,
            record=journal,
            run=decide,
            done=DONE[step],
            subject="Journals by hand",
            facts=[("Proposed by", journal.maker_name), ("Day", f"{journal.posted_on:%-d %b %Y}")],
            back_url=reverse("admin:loans_manualjournal_change", args=[journal.pk]),
            explanation=asked.explanation,
        )
