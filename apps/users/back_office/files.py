"""Files: what somebody has asked for and the worker writes, to be fetched for some days."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.urls import path, reverse
from django.utils.html import format_html

from apps.mfis.core.errors import NotFound, WrongState
from apps.mfis.core.roles import Action
from apps.users.back_office.base import LetsemaAdmin, status_badge
from apps.users.back_office.requests import StaffRequest, staff_of
from apps.users.back_office.sites import public_site, tenant_site
from apps.users.exporting.files import fetch_file, path_of
from apps.users.exporting.models import ExportedFile

COLOURS = {"waiting": "waiting", "ready": "active", "failed": "rejected"}


@admin.register(ExportedFile, site=public_site)
@admin.register(ExportedFile, site=tenant_site)
class ExportedFileAdmin(LetsemaAdmin):
    """One's own files, the latest first; nobody sees another's."""

    view_action = Action.MANAGE_OWN_ACCOUNT
    list_title = "Files"
    list_display = ("title", "state_shown", "length", "asked_at", "ended_at", "fetched_at")
    list_display_links = None
    list_filter = ("state",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ExportedFile]:
        own: QuerySet[ExportedFile] = super().get_queryset(request)
        return own.filter(account=staff_of(request))

    @admin.display(description="state", ordering="state")
    def state_shown(self, file: ExportedFile) -> str:
        badge = status_badge(COLOURS[file.state], file.get_state_display())
        if file.state == ExportedFile.State.READY:
            url = reverse("admin:users_exportedfile_fetch", args=[file.pk])
            return format_html('{} <a class="btn btn-small btn-quiet" href="{}">{}</a>', badge, url, file.file_name)
        return format_html("{} {}", badge, file.error)

    @admin.display(description="size", ordering="size")
    def length(self, file: ExportedFile) -> str:
        return filesizeformat(file.size) if file.size else "—"

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.fetch_view)
        return [path("<uuid:file_id>/fetch/", view, name="users_exportedfile_fetch"), *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if self.get_object(request, object_id) is None or not self.has_view_permission(request):
            raise Http404
        return HttpResponseRedirect(reverse("admin:users_exportedfile_changelist"))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self.change_view(request, object_id)

    def fetch_view(self, request: StaffRequest, file_id: UUID) -> HttpResponseBase:
        """Hands over one's own file."""
        try:
            file = fetch_file(file_id=file_id, actor=request.user.actor)
        except (NotFound, WrongState) as error:
            raise Http404(error.message) from error
        return FileResponse(path_of(file.pk).open("rb"), as_attachment=True, filename=file.file_name)
