"""Guarantors and the collateral register."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse

from apps.loans.book.workflow import TRANSITIONS
from apps.loans.domain.money import format_money
from apps.loans.security.models import Collateral, Guarantor
from apps.loans.security.services import release
from apps.users.back_office.base import LetsemaAdmin, run_action, status_badge
from apps.users.back_office.forms import ReasonForm
from apps.users.back_office.requests import StaffRequest
from apps.users.back_office.sites import tenant_site
from apps.users.exporting.lists import ExportColumn
from apps.users.spreadsheets.admin import ImportsRows

RELEASE = TRANSITIONS["release_security"]
OF_LOAN = (ExportColumn("Loan", "loan.number"), ExportColumn("Borrower", "loan.borrower.full_name"))
STATE = ExportColumn("State", lambda record: "Held" if record.is_active else "Released")


class SecurityAdmin(ImportsRows, LetsemaAdmin):
    """A register: entered from the loan's page, searched and exported here, released from its own page."""

    reach = "loan__portfolio__"

    list_select_related = ("loan", "loan__borrower")

    @admin.display(ordering="loan__borrower__full_name")
    def borrower(self, record: Guarantor | Collateral) -> str:
        return record.loan.borrower.full_name

    @admin.display(ordering="is_active")
    def state(self, record: Guarantor | Collateral) -> str:
        return status_badge("active", "Held") if record.is_active else status_badge("closed", "Released")

    def page_tools(self, request: HttpRequest, obj: Guarantor | Collateral) -> list[dict[str, str]]:
        if not obj.is_active or not self._may(request, RELEASE.duty):
            return []
        url = reverse(f"admin:{self._url_name('release')}", args=[obj.pk])
        return [{"label": "Release", "style": RELEASE.style, "url": url}]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.release_view)
        return [path("<uuid:record_id>/release/", view, name=self._url_name("release")), *super().get_urls()]

    def release_view(self, request: StaffRequest, record_id: UUID) -> HttpResponse:
        if not self._may(request, RELEASE.duty):
            raise PermissionDenied
        record = get_object_or_404(self.get_queryset(request), pk=record_id)

        def release_it(values: dict[str, Any]) -> None:
            release(security=self.model, record_id=record_id, actor=request.user.actor, **values)

        return run_action(
            request,
            admin=self,
            form=ReasonForm(request.POST or None),
            subject=self.list_title,
            run=release_it,
            done="Released.",
            facts=[("Loan", record.loan.number), ("Borrower", record.loan.borrower.full_name)],
            back_url=reverse(f"admin:{self._url_name('changelist')}"),
            style=RELEASE.style,
            title=f"Release {record}",
            button="Release",
            explanation=RELEASE.explanation,
        )

    def _url_name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"


@admin.register(Guarantor, site=tenant_site)
class GuarantorAdmin(SecurityAdmin):
    """People who answer for loans."""

    import_kinds = ("guarantors",)
    list_title = "Guarantors"
    export_columns = (
        *OF_LOAN,
        ExportColumn("Guarantor", "full_name"),
        ExportColumn("Phone", "phone"),
        ExportColumn("Relation", "relation"),
        ExportColumn("Answers for", "amount"),
        STATE,
    )
    list_display = ("full_name", "loan", "borrower", "phone", "relation", "answers_for", "state")
    search_fields = ("full_name", "phone", "loan__number", "loan__borrower__full_name")
    list_filter = ("is_active",)
    fields = readonly_fields = ("loan", "full_name", "phone", "relation", "amount", "is_active")

    @admin.display(ordering="amount")
    def answers_for(self, record: Guarantor) -> str:
        return format_money(record.amount, record.loan.currency)


@admin.register(Collateral, site=tenant_site)
class CollateralAdmin(SecurityAdmin):
    """Things pledged for loans."""

    import_kinds = ("collateral",)
    list_title = "Collateral register"
    export_columns = (
        *OF_LOAN,
        ExportColumn("Description", "description"),
        ExportColumn("Kind", lambda record: record.get_what_display()),
        ExportColumn("Registration or serial no.", "serial"),
        ExportColumn("Worth", "value"),
        STATE,
    )
    list_display = ("description", "what", "serial", "loan", "borrower", "worth", "state")
    list_filter = ("what", "is_active")
    search_fields = ("description", "serial", "loan__number", "loan__borrower__full_name")
    fields = readonly_fields = ("loan", "what", "description", "serial", "value", "is_active")

    @admin.display(ordering="value")
    def worth(self, record: Collateral) -> str:
        return format_money(record.value, record.loan.currency)
