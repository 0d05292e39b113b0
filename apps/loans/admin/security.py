"""Guarantors and the collateral register."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import ExportForm
from import_export.resources import modelresource_factory

from apps.loans.domain.money import spoken
from apps.loans.models import Collateral, Guarantor
from apps.loans.services.security import release
from apps.users.admin.base import LetsemaAdmin, pill, run_action
from apps.users.admin.forms import ReasonForm
from apps.users.admin.sites import tenant_site
from apps.users.roles import Action


class SecurityAdmin(ExportMixin, LetsemaAdmin):  # type: ignore[misc]
    """A register: entered from the loan's page, searched and exported here, released from its own page."""

    export_form_class = ExportForm
    export_template_name = "admin/import_export/export.html"
    import_export_change_list_template = "admin/change_list.html"
    change_list_template = "admin/change_list.html"
    list_select_related = ("loan", "loan__borrower")

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_export_formats(self) -> list[Any]:
        return [XLSX, CSV]

    def borrower(self, record: Any) -> str:
        return str(record.loan.borrower.full_name)

    def state(self, record: Any) -> str:
        return pill("active", "Held") if record.is_active else pill("closed", "Released")

    def page_tools(self, request: HttpRequest, obj: Any) -> list[dict[str, str]]:
        if not obj.is_active or not self._may(request, Action.REVIEW):
            return []
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_release", args=[obj.pk])
        return [{"label": "Release", "style": "danger", "url": url}]

    def get_urls(self) -> Any:
        name = f"{self.opts.app_label}_{self.opts.model_name}_release"
        return [
            path("<uuid:key>/release/", self.admin_site.admin_view(self.release_view), name=name),
            *super().get_urls(),
        ]

    def release_view(self, request: Any, key: UUID) -> HttpResponse:
        if not self._may(request, Action.REVIEW):
            raise PermissionDenied
        record = self.get_queryset(request).filter(pk=key).first()
        if record is None:
            raise Http404
        return run_action(
            request,
            admin=self,
            form=ReasonForm(request.POST or None),
            subject=self.list_title,
            run=lambda v: release(security=self.model, key=key, by=request.user, **v),
            done="Released.",
            facts=[("Loan", record.loan.number), ("Borrower", record.loan.borrower.full_name)],
            back_url=reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"),
            style="danger",
            title=f"Release {record}",
            button="Release",
            explanation="The record stays, marked as released.",
        )


class GuarantorAdmin(SecurityAdmin):
    list_title = "Guarantors"
    resource_classes = [modelresource_factory(Guarantor)]
    list_display = ("full_name", "loan", "borrower", "phone", "relation", "answers_for", "state")
    search_fields = ("full_name", "phone", "loan__number", "loan__borrower__full_name")
    list_filter = ("is_active",)
    fields = readonly_fields = ("loan", "full_name", "phone", "relation", "amount", "is_active")

    def answers_for(self, record: Guarantor) -> str:
        return spoken(record.amount, record.loan.currency)


class CollateralAdmin(SecurityAdmin):
    list_title = "Collateral register"
    resource_classes = [modelresource_factory(Collateral)]
    list_display = ("description", "what", "serial", "loan", "borrower", "worth", "state")
    list_filter = ("what", "is_active")
    search_fields = ("description", "serial", "loan__number", "loan__borrower__full_name")
    fields = readonly_fields = ("loan", "what", "description", "serial", "value", "is_active")

    def worth(self, record: Collateral) -> str:
        return spoken(record.value, record.loan.currency)


tenant_site.register(Guarantor, GuarantorAdmin)
tenant_site.register(Collateral, CollateralAdmin)
