"""The journal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from apps.loans.domain.money import format_money
from apps.loans.ledger.models import JournalEntry, JournalLine
from apps.users.back_office.base import LetsemaAdmin
from apps.users.back_office.sites import tenant_site


@admin.register(JournalEntry, site=tenant_site)
class EntryAdmin(LetsemaAdmin):
    """Entries are never changed: a correction is another entry."""

    list_title = "Journal"
    list_display = ("posted_on", "narrative", "source", "amount", "loan", "actor_name")
    list_filter = ("source", "posted_on")
    list_select_related = ("loan",)
    search_fields = ("narrative", "loan__number")
    date_hierarchy = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[JournalEntry]:
        entries: QuerySet[JournalEntry] = super().get_queryset(request)
        debits = JournalLine.objects.filter(entry=OuterRef("pk"), amount__gt=0).order_by().values("entry")
        return entries.annotate(debit=Subquery(debits.annotate(total=Sum("amount")).values("total")))

    def amount(self, entry: Any) -> str:
        return format_money(entry.debit or Decimal(0))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        entry = self.get_object(request, object_id)
        if entry is None or not self.has_view_permission(request):
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": entry.narrative,
            "opts": self.opts,
            "entry": entry,
            "lines": entry.lines.select_related("account").order_by("-amount"),
            "total": entry.debit,
        }
        return TemplateResponse(request, "admin/journal_entry.html", context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return self.change_view(request, object_id)
