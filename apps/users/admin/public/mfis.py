"""MFIs: onboard, change, suspend, close, import."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html

from apps.mfis.errors import InvalidInput
from apps.mfis.models import MFI, MFILogo
from apps.mfis.services.branding import save_logo
from apps.mfis.services.provisioning import EDITABLE, set_status, update_mfi
from apps.users.admin.base import LetsemaAdmin, pill, run_action
from apps.users.admin.forms import ReasonForm, show_service_error
from apps.users.admin.sites import public_site
from apps.users.imports.admin import ServiceImportMixin
from apps.users.imports.mfis import MFIImport
from apps.users.roles import Action
from apps.users.services.accounts import actor_of
from apps.users.services.onboarding import check_mfi, mfi_url, onboard_mfi


class OnboardForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new MFI and who will run it. What the service would refuse stands beside its field."""

    admin_name = forms.CharField(label="First admin's name", max_length=150)
    admin_email = forms.EmailField(
        label="First admin's e-mail", help_text="Gets the invitation; the link is also shown for hand delivery."
    )

    class Meta:
        model = MFI
        fields = ["name", "subdomain", *(f for f in EDITABLE if f != "name")]
        widgets = {"brand_colour": forms.TextInput(attrs={"type": "color"})}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors:
            try:
                check_mfi(**values)
            except InvalidInput as error:
                show_service_error(self, error)
        return values


class ChangeForm(forms.ModelForm):  # type: ignore[type-arg]
    logo_file = forms.FileField(
        label="Logo", required=False, help_text="PNG or JPEG, at most 64 kB; square looks best."
    )

    class Meta:
        model = MFI
        fields = list(EDITABLE)
        widgets = {"brand_colour": forms.TextInput(attrs={"type": "color"})}


class MFIAdmin(ServiceImportMixin, LetsemaAdmin):  # type: ignore[misc]
    import_of = MFIImport
    view_action = add_action = change_action = Action.MANAGE_MFIS
    add_label = "Onboard an MFI"
    list_display = ("name", "address", "licence_type", "district", "status_pill", "portfolio", "created_at")
    list_filter = ("status", "licence_type", "district")
    search_fields = ("name", "subdomain", "contact_email")
    search_help_text = "Name, subdomain or e-mail"
    readonly_fields = ("subdomain", "schema_name", "status", "home_node")

    def history_rows(self, obj: MFI) -> list[Any]:
        return [obj, *MFILogo.objects.filter(mfi=obj)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MFI]:
        return super().get_queryset(request).select_related("snapshot")

    def address(self, mfi: MFI) -> str:
        return format_html('<a href="{}">{}</a>', mfi_url(mfi, "/admin/"), mfi.subdomain)

    def status_pill(self, mfi: MFI) -> str:
        return pill(mfi.status, mfi.get_status_display())

    status_pill.short_description = "status"  # type: ignore[attr-defined]

    def portfolio(self, mfi: MFI) -> str:
        snapshot = getattr(mfi, "snapshot", None)
        return f"M {snapshot.outstanding_principal:,.2f}" if snapshot else "—"

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, form=ChangeForm if obj else OnboardForm, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        own = ["name", "licence_type", "district", "location", "brand_colour"]
        contact = ["contact_name", "contact_email", "contact_phone"]
        if obj is None:
            first = ["admin_name", "admin_email"]
            return [
                ("Institution", {"fields": ["name", "subdomain", *own[1:]]}),
                ("Contact", {"fields": contact}),
                ("First admin", {"fields": first}),
            ]
        return [
            ("Institution", {"fields": [*own, "logo_file"]}),
            ("Contact", {"fields": contact}),
            ("System", {"fields": list(self.readonly_fields)}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else ()

    def save_model(self, request: Any, obj: MFI, form: Any, change: bool) -> None:
        values = dict(form.cleaned_data)
        if change:
            logo = values.pop("logo_file", None)
            update_mfi(mfi=obj, actor=actor_of(request.user), **values)
            if logo:
                save_logo(mfi=obj, content=logo.read(), actor=actor_of(request.user))
            return
        opened = onboard_mfi(actor=actor_of(request.user), **values)
        obj.pk = opened.mfi.pk
        self.message_user(
            request,
            format_html(
                "{} is open. Invitation for {}, to hand over if the mail does not arrive (shown only now): "
                "<code>{}</code>",
                opened.mfi.name,
                opened.admin.full_name,
                opened.invitation_url,
            ),
            messages.SUCCESS,
        )

    def save_related(self, *args: Any, **kwargs: Any) -> None:
        """Nothing hangs on an MFI's form."""

    def response_add(self, request: HttpRequest, obj: MFI, post_url_continue: str | None = None) -> HttpResponse:
        return self.response_post_save_add(request, obj)

    def get_urls(self) -> Any:
        view = self.admin_site.admin_view(self.status_view)
        return [path("<uuid:mfi_id>/status/<str:status>/", view, name="mfis_mfi_status"), *super().get_urls()]

    def page_tools(self, request: HttpRequest, obj: MFI) -> list[dict[str, str]]:
        wanted = {
            "suspended": ("Suspend", "danger"),
            "active": ("Reopen", "quiet"),
            "closing": ("Close down", "danger"),
        }
        return [
            {"label": label, "style": style, "url": reverse("admin:mfis_mfi_status", args=[obj.pk, status])}
            for status, (label, style) in wanted.items()
            if status != obj.status
        ]

    def status_view(self, request: Any, mfi_id: Any, status: str) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        mfi = MFI.objects.filter(pk=mfi_id).first()
        if mfi is None or status not in MFI.Status.values:
            raise Http404
        label = MFI.Status(status).label.lower()
        explanation = {
            "suspended": "Its pages will answer that it is suspended. Nothing is deleted, and it can be reopened.",
            "active": "Its pages will open again for everybody.",
            "closing": "It stays readable while it is wound up.",
        }[status]
        return run_action(
            request,
            admin=self,
            form=ReasonForm(request.POST or None),
            run=lambda values: set_status(mfi=mfi, status=status, actor=actor_of(request.user), **values),
            done=f"{mfi.name} is now {label}.",
            back_url=reverse("admin:mfis_mfi_change", args=[mfi.pk]),
            title=f"Make {mfi.name} {label}",
            subject=mfi.name,
            explanation=explanation,
            button=f"Make it {label}",
            style="danger" if status != "active" else "primary",
        )


public_site.register(MFI, MFIAdmin)
