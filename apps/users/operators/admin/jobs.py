"""Jobs: what the worker does for each MFI, what of it fails and why, and trying it again now."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.mfis.core.roles import Action
from apps.mfis.work.kinds import title_of
from apps.mfis.work.models import SHOWN_FROM, Job
from apps.mfis.work.services import retry_job
from apps.users.back_office.base import LetsemaAdmin, posted, run_action, status_badge
from apps.users.back_office.requests import staff_of
from apps.users.back_office.sites import public_site


class StandingFilter(admin.SimpleListFilter):
    """By whether it fails."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("failing", "Failing"), ("failed", "Failed last time")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job]:
        least = {"failing": SHOWN_FROM, "failed": 1}.get(self.value() or "")
        return queryset.filter(attempts__gte=least) if least else queryset


@admin.register(Job, site=public_site)
class JobAdmin(LetsemaAdmin):
    """What the worker does, the most often failed first."""

    view_action = Action.MANAGE_MFIS
    list_title = "Jobs"
    list_display = ("title", "schema_name", "state", "due_at", "last_done_at", "failing_since", "error")
    list_filter = (StandingFilter,)
    search_fields = ("schema_name",)
    ordering = ("-attempts", "due_at")

    @admin.display(description="what", ordering="name")
    def title(self, job: Job) -> str:
        return title_of(job.name)

    @admin.display(ordering="attempts")
    def state(self, job: Job) -> str:
        if not job.attempts:
            return status_badge("active", "As it should")
        return status_badge("rejected" if job.attempts >= SHOWN_FROM else "waiting", f"Failed {job.attempts} times")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Shows how a job fares, and has it done now."""
        job = self.get_object(request, object_id)
        if job is None or not self.has_view_permission(request):
            raise Http404
        return run_action(
            request,
            admin=self,
            form=Form(posted(request)),
            run=lambda values: retry_job(job_id=job.pk, actor=staff_of(request).actor),
            subject="Jobs",
            facts=_facts(job),
            done="The worker does it within seconds.",
            title=f"{title_of(job.name)}: {job.schema_name}",
            button="Try again now",
            back_url=reverse("admin:mfis_job_changelist"),
            explanation="It is done now, and not when its time comes. The reason in full stands in the worker's log.",
        )

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:mfis_job_change", args=[object_id]))


def _facts(job: Job) -> list[tuple[str, object]]:
    facts = [
        ("Due", job.due_at),
        ("Last done", job.last_done_at),
        ("Failures in a row", job.attempts),
        ("Failing since", job.failing_since),
        ("Why", job.error),
    ]
    return [(name, value) for name, value in facts if value]
