"""Closed periods with what the portfolio was when each was closed: frozen, whatever comes later."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import DecimalField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format

from apps.loans.domain.money import format_money
from apps.loans.ledger.models import PeriodClosing
from apps.loans.reporting.reports.portfolio import INDICATOR_COLUMNS, frozen_indicator_row
from apps.users.back_office.base import LetsemaAdmin
from apps.users.back_office.sites import tenant_site
from apps.users.exporting.asked import of_lender
from apps.users.exporting.writing import CONTENT_TYPES, Table, download


def _frozen(closing: PeriodClosing, name: str) -> str:
    return format_money(Decimal(closing.figures.get(name, "0")))


def _frozen_order(name: str) -> Cast:
    """The same for the database to sort by."""
    return Cast(KT(f"figures__{name}"), DecimalField(max_digits=20, decimal_places=2))


@admin.register(PeriodClosing, site=tenant_site)
class ClosingAdmin(LetsemaAdmin):
    list_title = "Closed periods"
    list_display = ("through", "kind", "glp", "par30", "allowance", "actor_name", "recorded_at")

    @admin.display(description="what", ordering="is_year_end")
    def kind(self, closing: PeriodClosing) -> str:
        return "Year end" if closing.is_year_end else "Period"

    @admin.display(description="outstanding principal", ordering=_frozen_order("glp"))
    def glp(self, closing: PeriodClosing) -> str:
        return _frozen(closing, "glp")

    @admin.display(description="over 30 days late", ordering=_frozen_order("par30"))
    def par30(self, closing: PeriodClosing) -> str:
        return _frozen(closing, "par30")

    @admin.display(ordering=_frozen_order("allowance"))
    def allowance(self, closing: PeriodClosing) -> str:
        return _frozen(closing, "allowance")

    def list_tools(self, request: HttpRequest) -> list[dict[str, str]]:
        return [{"label": "Books", "style": "quiet", "url": reverse("admin:loans_books")}]

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        closing = self.get_object(request, object_id)
        if closing is None or not self.has_view_permission(request):
            raise Http404
        file_format = request.GET.get("format")
        if file_format in CONTENT_TYPES:
            rows = map(frozen_indicator_row, closing.figures.get("indicators", []))
            title = f"Closed through {date_format(closing.through)}"
            table = Table(INDICATOR_COLUMNS, rows, title=title, about=[of_lender()])
            return download(table, f"closing-{closing.through}", file_format)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Closed through {closing.through:%-d %b %Y}",
            "opts": self.opts,
            "closing": closing,
        }
        return TemplateResponse(request, "admin/closing.html", context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        return self.change_view(request, object_id)
