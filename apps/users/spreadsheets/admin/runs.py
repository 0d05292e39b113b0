"""Imports: the list of runs, and one run's way from the file to what was written, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.mfis.core.database import PUBLIC, connection
from apps.mfis.core.errors import NotAllowed, ServiceError
from apps.mfis.core.forms import show_service_error
from apps.mfis.core.roles import Action
from apps.users.back_office.base import LetsemaAdmin, posted, run_action, status_badge
from apps.users.back_office.requests import StaffRequest, staff_of
from apps.users.back_office.sites import public_site, tenant_site
from apps.users.exporting.lists import ExportColumn
from apps.users.exporting.writing import CONTENT_TYPES, download
from apps.users.spreadsheets.access import allowed_kind, kinds_for
from apps.users.spreadsheets.admin.filters import KindFilter, StateFilter
from apps.users.spreadsheets.admin.forms import MappingForm, SheetForm, UploadForm
from apps.users.spreadsheets.admin.shown import explained, lines_of, page_of, rows_shown, steps_of, tools_of
from apps.users.spreadsheets.annotated import faulty_rows, rows_told
from apps.users.spreadsheets.heads import SheetSeen, text_of_cell
from apps.users.spreadsheets.kinds import KINDS, Kind, kind_named
from apps.users.spreadsheets.labels import COLOURS, LINES, STATES
from apps.users.spreadsheets.models import ImportRun
from apps.users.spreadsheets.patterns import pattern_of
from apps.users.spreadsheets.services.uploads import choose_sheet, discard_run, map_columns, receive_file, whole_heads
from apps.users.spreadsheets.services.work import pause_run, resume_run, start_run, undo_run
from apps.users.spreadsheets.storage import private_copy
from apps.users.spreadsheets.workflow import DISCARD, GO_ON, IMPORT, MAP, PAUSE, UNDO

PER_PAGE = 100

STEPS: dict[str, Callable[..., ImportRun]] = {
    PAUSE.name: pause_run,
    GO_ON.name: resume_run,
    UNDO.name: undo_run,
    DISCARD.name: discard_run,
}


@admin.register(ImportRun, site=public_site)
@admin.register(ImportRun, site=tenant_site)
class ImportRunAdmin(LetsemaAdmin):
    """The runs of the present site, the latest first."""

    view_action = Action.IMPORT_ROWS
    list_title = gettext_lazy("Imports")  # type: ignore[assignment]
    list_display = ("file_name", "what", "standing", "rows", "written", "not_written", "by_name", "uploaded_at")
    list_filter = (KindFilter, StateFilter)
    search_fields = ("file_name", "by_name", "file_hash")
    ordering = ("-uploaded_at", "-id")
    export_columns = (
        ExportColumn("File", "file_name"),
        ExportColumn("SHA-256", "file_hash"),
        ExportColumn("What", lambda run: str(kind_named(run.kind_name).noun)),
        ExportColumn("State", lambda run: str(STATES[run.state])),
        ExportColumn("Rows", "rows"),
        ExportColumn("Faulty", "faulty"),
        ExportColumn("Nothing to do", "passed"),
        ExportColumn("Added", "inserted"),
        ExportColumn("Changed", "updated"),
        ExportColumn("Refused", "refused"),
        ExportColumn("Taken back", "taken_back"),
        ExportColumn("By", "by_name"),
        ExportColumn("Uploaded", "uploaded_at"),
        ExportColumn("Started", "started_at"),
        ExportColumn("Ended", "ended_at"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportRun]:
        names = [kind.name for kind in kinds_for(staff_of(request).actor)]
        runs: QuerySet[ImportRun] = super().get_queryset(request)
        return runs.filter(kind_name__in=names)

    @admin.display(description=gettext_lazy("what"), ordering="kind_name")
    def what(self, run: ImportRun) -> str:
        return str(kind_named(run.kind_name).noun)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def standing(self, run: ImportRun) -> str:
        return status_badge(COLOURS[ImportRun.State(run.state)], str(STATES[run.state]))

    @admin.display(description=gettext_lazy("written"), ordering=F("inserted") + F("updated"))
    def written(self, run: ImportRun) -> int:
        return run.inserted + run.updated if run.started_at else 0

    @admin.display(description=gettext_lazy("faulty or refused"), ordering=F("faulty") + F("refused"))
    def not_written(self, run: ImportRun) -> int:
        return run.faulty + run.refused

    def list_tools(self, request: HttpRequest) -> list[dict[str, str]]:
        url = reverse("admin:imports_new")
        return [{"label": _("Import a file"), "style": "primary", "icon": "fas fa-upload", "url": url}]

    def get_urls(self) -> list[URLPattern]:
        def at(route: str, view: Callable[..., HttpResponseBase], name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"imports_{name}")

        return [
            at("new/", self.new_view, "new"),
            at("new/<str:kind_name>/", self.upload_view, "upload"),
            at("new/<str:kind_name>/template.xlsx", self.template_view, "template"),
            at("<uuid:run_id>/columns/", self.mapping_view, "mapping"),
            at("<uuid:run_id>/sheet/", self.sheet_view, "sheet"),
            at("<uuid:run_id>/start/", self.start_view, "start"),
            at("<uuid:run_id>/rows/", self.rows_view, "rows"),
            at("<uuid:run_id>/rows.<str:file_format>", self.rows_file_view, "rows_file"),
            at("<uuid:run_id>/faulty.<str:file_format>", self.faulty_view, "faulty"),
            at("<uuid:run_id>/step/<str:step>/", self.step_view, "step"),
            *super().get_urls(),
        ]

    def _kind(self, request: HttpRequest, name: str) -> Kind:
        if name not in KINDS:
            raise Http404
        try:
            return allowed_kind(name, staff_of(request).actor)
        except NotAllowed:
            raise Http404 from None  # what is not theirs is not there

    def _run(self, request: HttpRequest, run_id: UUID | str) -> ImportRun:
        may = self.has_view_permission(request)
        run: ImportRun | None = self.get_object(request, str(run_id)) if may else None
        if run is None:
            raise Http404
        return run

    def _page(self, request: HttpRequest, template: str, *, status: int = 200, **page: Any) -> HttpResponse:
        list_url = reverse("admin:users_importrun_changelist")
        context = {**self.admin_site.each_context(request), "opts": self.opts, "list_url": list_url, **page}
        return TemplateResponse(request, f"admin/imports/{template}.html", context, status=status)

    def new_view(self, request: StaffRequest) -> HttpResponse:
        """What may be imported here."""
        kinds = kinds_for(request.user.actor)
        if not kinds:
            raise Http404
        return self._page(request, "new", title=_("Import a file"), kinds=kinds)

    def upload_view(self, request: StaffRequest, kind_name: str) -> HttpResponse:
        """Takes in a file; what it is taken for is shown on the next page."""
        kind = self._kind(request, kind_name)
        form = UploadForm(posted(request), request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["import_file"]
            try:
                with private_copy(file.chunks()) as kept:
                    run = receive_file(
                        kind_name=kind.name, path=kept, file_name=str(file.name), actor=request.user.actor
                    )
            except ServiceError as error:
                show_service_error(form, error)
            else:
                return HttpResponseRedirect(reverse("admin:imports_mapping", args=[run.pk]))
        status = 200 if request.method == "GET" else 422
        return self._page(request, "upload", status=status, title=kind.title, kind=kind, form=form)

    def template_view(self, request: StaffRequest, kind_name: str) -> HttpResponse:
        """An empty spreadsheet of a kind, with notes, lists to choose from and an example."""
        kind = self._kind(request, kind_name)
        is_public = connection.schema_name == PUBLIC
        language = "st" if request.GET.get("language") == "st" else "en"
        response = HttpResponse(pattern_of(kind, language, of_many=is_public), content_type=CONTENT_TYPES["xlsx"])
        response["Content-Disposition"] = f'attachment; filename="{kind.name}-{language}.xlsx"'
        return response

    def mapping_view(self, request: StaffRequest, run_id: UUID) -> HttpResponse:
        """What each column is, with examples; then the rows are rehearsed."""
        run = self._run(request, run_id)
        if run.state not in MAP.sources:
            return HttpResponseRedirect(reverse("admin:users_importrun_change", args=[run.pk]))
        kind = kind_named(run.kind_name)
        form = MappingForm(run, kind, posted(request), of_many=connection.schema_name == PUBLIC)
        if request.method == "POST" and form.is_valid():
            try:
                map_columns(run_id=run.pk, actor=request.user.actor, **form.settings())
            except ServiceError as error:
                show_service_error(form, error)
            else:
                return HttpResponseRedirect(reverse("admin:users_importrun_change", args=[run.pk]))
        return self._mapping_page(request, run, kind, form, SheetForm(run))

    def sheet_view(self, request: StaffRequest, run_id: UUID) -> HttpResponse:
        """Takes another sheet, or another row as the one that names the columns."""
        run = self._run(request, run_id)
        back = reverse("admin:imports_mapping", args=[run.pk])
        form = SheetForm(run, posted(request))
        if request.method == "POST" and form.is_valid():
            try:
                choose_sheet(run_id=run.pk, actor=request.user.actor, **form.cleaned_data)
            except ServiceError as error:
                messages.error(request, error.message)
        return HttpResponseRedirect(back)

    def _mapping_page(
        self, request: StaffRequest, run: ImportRun, kind: Kind, form: MappingForm, sheet_form: SheetForm
    ) -> HttpResponse:
        seen = SheetSeen.from_json(run.sheets[run.sheet])
        first = [(number, [text_of_cell(cell) for cell in cells.values()][:8]) for number, cells in seen.first[:8]]
        return self._page(
            request,
            "mapping",
            status=200 if request.method == "GET" else 422,
            title=run.file_name,
            run=run,
            kind=kind,
            form=form,
            sheet_form=sheet_form,
            has_choice=len(whole_heads(run, kind)) > 1 or not run.targets,
            first=first,
            steps=steps_of(run),
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Where a run stands: its rehearsal, its progress, what became of it."""
        run = self._run(request, object_id)
        if run.state == ImportRun.State.MAPPING and not run.error:
            return HttpResponseRedirect(reverse("admin:imports_mapping", args=[run.pk]))
        kind = kind_named(run.kind_name)
        tools = tools_of(run, kind, staff_of(request).actor)
        return self._page(request, "run", title=run.file_name, tools=tools, **page_of(run, kind))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page of a run is its history."""
        return HttpResponseRedirect(reverse("admin:users_importrun_change", args=[self._run(request, object_id).pk]))

    def start_view(self, request: StaffRequest, run_id: UUID) -> HttpResponse:
        """Lets the good rows be written."""
        run = self._run(request, run_id)
        if request.method == "POST":
            try:
                start_run(
                    run_id=run.pk,
                    actor=request.user.actor,
                    leaves_out_faulty=bool(request.POST.get("leaves_out_faulty")),
                    accepts_differences=bool(request.POST.get("accepts_differences")),
                )
            except ServiceError as error:
                messages.error(request, error.message)
        return HttpResponseRedirect(reverse("admin:users_importrun_change", args=[run.pk]))

    def step_view(self, request: StaffRequest, run_id: UUID, step: str) -> HttpResponse:
        """Pauses a run, goes on with it, takes it back, or gives its file up."""
        run = self._run(request, run_id)
        if step not in STEPS:
            raise Http404
        transition = IMPORT[step]
        return run_action(
            request,
            admin=self,
            form=Form(posted(request)),
            run=lambda values: STEPS[step](run_id=run.pk, actor=request.user.actor),
            subject=_("Imports"),
            done=_("%(step)s: %(file)s.") % {"step": _(transition.label), "file": run.file_name},
            back_url=reverse("admin:users_importrun_change", args=[run.pk]),
            title=f"{_(transition.label)}: {run.file_name}",
            button=_(transition.label),
            style=transition.style,
            explanation=explained(transition),
            facts=[(_("State"), STATES[run.state]), (_("Written"), run.inserted + run.updated)],
        )

    def rows_view(self, request: StaffRequest, run_id: UUID) -> HttpResponse:
        """All rows of a run in one state, page by page."""
        run = self._run(request, run_id)
        state = request.GET.get("state", "faulty")
        if state not in LINES:
            raise Http404
        after = request.GET.get("after", "0")
        lines = lines_of(run, state).filter(ordinal__gt=int(after) if after.isdecimal() else 0)
        found = list(lines[: PER_PAGE + 1])
        kind = kind_named(run.kind_name)
        return self._page(
            request,
            "rows",
            title=f"{run.file_name}: {LINES[state]}",
            run=run,
            kind=kind,
            state=state,
            states=LINES.items(),
            rows=rows_shown(run, found[:PER_PAGE]),
            next_after=found[PER_PAGE - 1].ordinal if len(found) > PER_PAGE else 0,
            columns=page_of(run, kind)["columns"],
        )

    def rows_file_view(self, request: StaffRequest, run_id: UUID, file_format: str) -> HttpResponseBase:
        """Every row with what became of it, as a file."""
        run = self._run(request, run_id)
        if file_format not in CONTENT_TYPES:
            raise Http404
        return download(rows_told(run), f"{run.kind_name}-rows", file_format)

    def faulty_view(self, request: StaffRequest, run_id: UUID, file_format: str) -> HttpResponseBase:
        """The faulty rows as the same columns, with what is wrong beside them: to be mended and sent again."""
        run = self._run(request, run_id)
        if file_format not in CONTENT_TYPES:
            raise Http404
        return download(faulty_rows(run), f"{run.kind_name}-faulty", file_format)
