"""The page of each report, and its export."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone

from apps.loans.ledger.chart import ensure_chart
from apps.loans.ledger.models import PeriodClosing
from apps.loans.reporting.forms import PeriodForm
from apps.loans.reporting.reports import REPORTS
from apps.users.back_office.base import LetsemaAdmin
from apps.users.exporting.asked import asked_of, of_lender
from apps.users.exporting.waiting import download_or_wait
from apps.users.exporting.writing import CONTENT_TYPES

EXPORT_LABELS = [("csv", "Export CSV"), ("xlsx", "Export XLSX"), ("pdf", "Export PDF")]


class ReportPages(LetsemaAdmin):
    """One address for each report; the days and what else it asks for stand in the query."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.report_view)
        return [path("books/<slug:name>/", view, name="loans_books_report"), *super().get_urls()]

    def report_view(self, request: HttpRequest, name: str) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if name not in REPORTS:
            raise Http404
        ensure_chart()
        report, form = REPORTS[name], PeriodForm(name, request.GET)
        since, on = form.period()
        built = report.build(since, on, form.cleaned_data) if form.is_valid() else {}
        file_format = request.GET.get("format")
        if file_format in CONTENT_TYPES and form.is_valid():
            table = replace(report.table(built), title=report.label, about=[of_lender(), *asked_of(form)])
            return download_or_wait(request, table, f"{name}-{on}", file_format)
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": report.label,
            "opts": self.opts,
            "name": name,
            "form": form,
            "since": since,
            "on": on,
            "reports": REPORTS,
            "read_at": timezone.now(),
            "known_on": form.cleaned_data.get("known_on"),
            "closing": PeriodClosing.objects.filter(through=on).first(),
            **built,
            "exports": EXPORT_LABELS,
        }
        return TemplateResponse(request, "admin/books_report.html", context, status=200 if form.is_valid() else 422)
