"""The credit bureau's monthly file: rehearsed on a page, made, downloaded, answered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.loans.bureau.models import BureauFile
from apps.loans.bureau.services import keep_answer, last_month_end, make_file, rehearse
from apps.loans.domain.money import format_money
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import ServiceError
from apps.mfis.core.forms import show_service_error
from apps.mfis.core.roles import Action
from apps.users.back_office.base import LetsemaAdmin, run_action, status_badge
from apps.users.back_office.forms import DateInput
from apps.users.back_office.requests import StaffRequest
from apps.users.back_office.sites import tenant_site

SHOWN = 200  # of what is left out; the rest would be no page to read


class MonthForm(forms.Form):
    month_end = forms.DateField(label="Month, by its last day", widget=DateInput())


class ReplyForm(forms.Form):
    answer = forms.FileField(label="The bureau's answer", help_text="As it came, in the bureau's own format.")


class BureauFileAdmin(LetsemaAdmin):
    view_action = Action.REPORT_TO_BUREAU  # it names people
    list_title = "Credit bureau"
    list_display = ("month", "sequence", "records", "left_out", "in_all", "late", "made_by", "recorded_at", "answered")
    list_filter = ("month_end",)
    search_fields = ("replies__reference", "made_by", "sha256")
    fields = readonly_fields = (
        "month",
        "sequence",
        "layout",
        "records",
        "left_out",
        "in_all",
        "late",
        "sha256",
        "made_by",
        "recorded_at",
        "answers",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[BureauFile]:
        found: QuerySet[BureauFile] = super().get_queryset(request)
        return found.defer("content", "loans").prefetch_related("replies")

    def month(self, file: BureauFile) -> str:
        return f"{file.month_end:%B %Y}"

    month.admin_order_field = "month_end"  # type: ignore[attr-defined]

    @admin.display(description="owed in all", ordering="balance")
    def in_all(self, file: BureauFile) -> str:
        return format_money(file.balance)

    @admin.display(description="overdue", ordering="overdue")
    def late(self, file: BureauFile) -> str:
        return format_money(file.overdue)

    def answered(self, file: BureauFile) -> str:
        replies = list(file.replies.all())
        if not replies:
            return status_badge("waiting", "No answer yet")
        refused = len(replies[0].refused)
        return status_badge("late", f"{refused} refused") if refused else status_badge("closed", "All accepted")

    def answers(self, file: BureauFile) -> SafeString:
        rows = [
            (r.reference, r.accepted, "".join(f"; {loan}: {why}" for loan, why in r.refused.items()))
            for r in file.replies.all()
        ]
        return format_html_join("", "<p>{}: {} accepted{}</p>", rows) or format_html("—")

    def list_tools(self, request: HttpRequest) -> list[dict[str, str]]:
        return [{"label": "Rehearse a month", "style": "primary", "url": reverse("admin:loans_bureau_rehearsal")}]

    def page_tools(self, request: HttpRequest, obj: BureauFile) -> list[dict[str, str]]:
        return [
            {"label": "Download", "style": "primary", "url": reverse("admin:loans_bureau_download", args=[obj.pk])},
            {
                "label": "Enter the answer",
                "style": "secondary",
                "url": reverse("admin:loans_bureau_answer", args=[obj.pk]),
            },
        ]

    def get_urls(self) -> Any:
        wrap = self.admin_site.admin_view
        return [
            path("rehearsal/", wrap(self.rehearsal_view), name="loans_bureau_rehearsal"),
            path("<uuid:file_id>/download/", wrap(self.download_view), name="loans_bureau_download"),
            path("<uuid:file_id>/answer/", wrap(self.answer_view), name="loans_bureau_answer"),
            *super().get_urls(),
        ]

    def _file(self, request: StaffRequest, file_id: UUID) -> BureauFile:
        if not self.has_view_permission(request):
            raise PermissionDenied
        file = BureauFile.objects.filter(pk=file_id).first()
        if file is None:
            raise Http404
        return file

    def rehearsal_view(self, request: StaffRequest) -> HttpResponse:
        """GET shows what a month's file would hold; POST makes it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        back = reverse("admin:loans_bureaufile_changelist")
        initial = {"month_end": last_month_end(business_date())}
        if request.method == "POST":
            return run_action(
                request,
                admin=self,
                form=MonthForm(request.POST),
                back_url=back,
                title="Make the file",
                run=lambda v: make_file(actor=request.user.actor, **v),
                done="The file is made.",
                button="Make the file",
                subject="Credit bureau",
            )
        form = MonthForm(request.GET if "month_end" in request.GET else initial)
        found, status = None, 200
        if form.is_valid():
            try:
                found = rehearse(actor=request.user.actor, **form.cleaned_data)
            except ServiceError as error:
                show_service_error(form, error)
        if found is None:
            status = 422
        context = {
            **self.admin_site.each_context(request),
            "title": "Rehearse a month",
            "opts": self.opts,
            "form": form,
            "found": found,
            "left_out": found.left_out[:SHOWN] if found else [],
            "back_url": back,
        }
        return TemplateResponse(request, "admin/bureau_rehearsal.html", context, status=status)

    def download_view(self, request: StaffRequest, file_id: UUID) -> HttpResponse:
        file = self._file(request, file_id)
        response = HttpResponse(bytes(file.content), content_type="application/octet-stream")
        name = f"{request.tenant.subdomain}-{file.month_end:%Y-%m}-{file.sequence}.txt"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        response["Cache-Control"] = "no-store"
        return response

    def answer_view(self, request: StaffRequest, file_id: UUID) -> HttpResponse:
        file = self._file(request, file_id)
        return run_action(
            request,
            admin=self,
            form=ReplyForm(request.POST or None, request.FILES or None),
            run=lambda v: keep_answer(file_id=file.pk, content=v["answer"].read(), actor=request.user.actor),
            done="The answer is kept.",
            back_url=reverse("admin:loans_bureaufile_change", args=[file.pk]),
            title=f"Answer to {file}",
            button="Keep the answer",
            subject="Credit bureau",
            facts=[("Records", str(file.records)), ("Fingerprint", file.sha256[:16])],
            explanation="Correct what it refused on the loan or the borrower; the next file tells it.",
        )


tenant_site.register(BureauFile, BureauFileAdmin)
