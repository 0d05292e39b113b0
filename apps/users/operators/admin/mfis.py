"""MFIs: onboard, change, suspend, close, import."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from apps.mfis.core.roles import Action
from apps.mfis.tenancy.addresses import mfi_url
from apps.mfis.tenancy.models import MFI, MFILogo
from apps.mfis.tenancy.services.branding import save_logo
from apps.mfis.tenancy.services.provisioning import set_status, update_mfi
from apps.mfis.tenancy.workflow import INSTITUTION, step_to
from apps.users.back_office.base import LetsemaAdmin, posted, run_action, status_badge
from apps.users.back_office.forms import ReasonForm
from apps.users.back_office.requests import StaffRequest, staff_of
from apps.users.back_office.sites import public_site
from apps.users.operators.forms import ChangeForm, OnboardForm
from apps.users.operators.services import onboard_mfi
from apps.users.spreadsheets.admin import ImportsRows

CONTACT = ["contact_name", "contact_email", "contact_phone"]

OPENED = "{} is open. The invitation for {} goes to {}."


@admin.register(MFI, site=public_site)
class MFIAdmin(ImportsRows, LetsemaAdmin):
    """All institutions, and the form that opens one."""

    import_kinds = ("mfis",)
    view_action = add_action = change_action = Action.MANAGE_MFIS
    add_label = "Onboard an MFI"
    list_display = ("name", "address", "licence_type", "district", "status_badge", "portfolio", "created_at")
    list_filter = ("status", "licence_type", "district")
    search_fields = ("name", "subdomain", "contact_email")
    search_help_text = "Name, subdomain or e-mail"
    readonly_fields = ("subdomain", "schema_name", "status", "home_node")

    def history_rows(self, obj: MFI) -> list[Model]:
        return [obj, *MFILogo.objects.filter(mfi=obj)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MFI]:
        return super().get_queryset(request).select_related("snapshot")

    @admin.display(ordering="subdomain")
    def address(self, mfi: MFI) -> str:
        return format_html('<a href="{}">{}</a>', mfi_url(mfi, "/admin/"), mfi.subdomain)

    @admin.display(description="status", ordering="status")
    def status_badge(self, mfi: MFI) -> str:
        return status_badge(mfi.status, mfi.get_status_display())

    @admin.display(ordering="snapshot__outstanding_principal")
    def portfolio(self, mfi: MFI) -> str:
        return f"M {mfi.snapshot.outstanding_principal:,.2f}" if hasattr(mfi, "snapshot") else "—"

    def get_form(self, request: HttpRequest, obj: MFI | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, form=ChangeForm if obj else OnboardForm, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: MFI | None = None) -> Any:
        own = ["licence_type", "district", "location", "brand_colour"]
        if obj is None:
            return [
                ("Institution", {"fields": ["name", "subdomain", *own]}),
                ("Contact", {"fields": CONTACT}),
                ("First admin", {"fields": ["admin_name", "admin_email"]}),
            ]
        return [
            ("Institution", {"fields": ["name", *own, "logo_file"]}),
            ("Contact", {"fields": CONTACT}),
            ("System", {"fields": list(self.readonly_fields)}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: MFI | None = None) -> tuple[str, ...]:
        return self.readonly_fields if obj else ()

    def save_model(self, request: HttpRequest, obj: MFI, form: ModelForm[MFI], change: bool) -> None:
        values, actor = dict(form.cleaned_data), staff_of(request).actor
        if change:
            logo = values.pop("logo_file", None)
            update_mfi(mfi=obj, actor=actor, **values)
            if logo:
                save_logo(mfi=obj, content=logo.read(), actor=actor)
            return
        onboarded = onboard_mfi(actor=actor, **values)
        obj.pk = onboarded.mfi_id
        names = (onboarded.mfi.name, onboarded.admin.full_name)
        self.message_user(request, OPENED.format(*names, onboarded.invited), messages.SUCCESS)

    def save_related(self, *args: Any, **kwargs: Any) -> None:
        """Nothing hangs on an MFI's form."""

    def response_add(self, request: HttpRequest, obj: MFI, post_url_continue: str | None = None) -> HttpResponse:
        return self.response_post_save_add(request, obj)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.status_view)
        return [path("<uuid:mfi_id>/status/<str:status>/", view, name="mfis_mfi_status"), *super().get_urls()]

    def page_tools(self, request: HttpRequest, obj: MFI) -> list[dict[str, str]]:
        return [
            {
                "label": step.label,
                "style": step.style,
                "url": reverse("admin:mfis_mfi_status", args=[obj.pk, *step.targets]),
            }
            for step in INSTITUTION
            if obj.status in step.sources
        ]

    def status_view(self, request: StaffRequest, mfi_id: UUID, status: str) -> HttpResponse:
        """Asks for the reason, and gives the MFI another status."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        mfi = get_object_or_404(MFI, pk=mfi_id)
        if status not in MFI.Status.values:
            raise Http404
        step, label = step_to(mfi.status, status), MFI.Status(status).label.lower()

        def run(values: dict[str, Any]) -> None:
            set_status(mfi=mfi, status=status, reason=values["reason"], actor=request.user.actor)

        return run_action(
            request,
            admin=self,
            form=ReasonForm(posted(request)),
            run=run,
            done=f"{mfi.name} is now {label}.",
            back_url=reverse("admin:mfis_mfi_change", args=[mfi.pk]),
            title=f"{step.label if step else label.capitalize()}: {mfi.name}",
            subject=mfi.name,
            facts=[("Now", mfi.get_status_display()), ("Outstanding", self.portfolio(mfi))],
            explanation=step.explanation if step else f"It is {mfi.get_status_display().lower()} now.",
            button=step.label if step else f"Make it {label}",
            style=step.style if step else "danger",
        )
