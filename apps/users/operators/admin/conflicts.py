"""Conflicts: what two nodes disagreed about, both sides whole, and the decision on it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from apps.mfis.core.roles import Action
from apps.mfis.nodes.models import Conflict, ConflictDecision
from apps.mfis.nodes.selectors import decision_of, kept_side
from apps.mfis.nodes.services.conflicts import decide_conflict
from apps.users.back_office.base import LetsemaAdmin, posted, run_action, status_badge
from apps.users.back_office.requests import StaffRequest
from apps.users.back_office.sites import public_site
from apps.users.operators.forms import DecisionForm, standing_account
from apps.users.operators.services import merge_and_decide


@admin.register(Conflict, site=public_site)
class ConflictAdmin(LetsemaAdmin):
    """What two nodes disagreed about."""

    view_action = Action.MANAGE_MFIS
    list_title = "Conflicts"
    list_display = ("kind", "schema_name", "table_name", "column_name", "found_at", "state")
    list_filter = ("what", "schema_name")
    search_fields = ("schema_name", "table_name", "column_name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conflict]:
        decisions = ConflictDecision.objects.filter(conflict=OuterRef("pk"))
        conflicts: QuerySet[Conflict] = super().get_queryset(request)
        return conflicts.annotate(decided=Exists(decisions))

    @admin.display(description="what", ordering="what")
    def kind(self, conflict: Conflict) -> str:
        return conflict.get_what_display()

    @admin.display(ordering="decided")
    def state(self, conflict: Any) -> str:
        return status_badge("closed", "Decided") if conflict.decided else status_badge("waiting", "Waits")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.decide_view)
        return [path("<uuid:conflict_id>/decide/", view, name="mfis_conflict_decide"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        conflict = self.get_object(request, object_id)
        if conflict is None or not self.has_view_permission(request):
            raise Http404
        kept, discarded = kept_side(conflict), conflict.discarded
        rows = [(name, kept.get(name), discarded.get(name)) for name in sorted({*kept, *discarded})]
        context = {
            **self.admin_site.each_context(request),
            "title": str(conflict),
            "opts": self.opts,
            "conflict": conflict,
            "rows": [(name, ours, theirs, ours != theirs) for name, ours, theirs in rows],
            "decision": decision_of(conflict),
        }
        return TemplateResponse(request, "admin/conflict.html", context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self.change_view(request, object_id)

    def decide_view(self, request: StaffRequest, conflict_id: UUID) -> HttpResponse:
        """Asks which side stands, and why."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        conflict = get_object_or_404(Conflict.objects.undecided(), pk=conflict_id)

        def run(values: dict[str, Any]) -> None:
            actor, reason = request.user.actor, values["reason"]
            if standing := standing_account(conflict, values["decision"]):
                merge_and_decide(conflict=conflict, standing_id=standing, actor=actor, reason=reason)
            else:
                decide_conflict(conflict_id=conflict.pk, decision=values["decision"], actor=actor, reason=reason)

        return run_action(
            request,
            admin=self,
            form=DecisionForm(posted(request), conflict=conflict),
            run=run,
            subject="Conflicts",
            facts=[("What", conflict.get_what_display()), ("Institution", conflict.schema_name)],
            done="Decided.",
            title=f"Decide: {conflict}",
            button="Decide",
            back_url=reverse("admin:mfis_conflict_changelist"),
            explanation="The decision holds on every node.",
        )
