"""Everybody of every MFI, in one list."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from apps.mfis.errors import ServiceError
from apps.mfis.models import MFI, DirectoryEntry
from apps.users.admin.base import LetsemaAdmin, pill, run_action
from apps.users.admin.forms import ReasonForm
from apps.users.admin.sites import public_site
from apps.users.history import row_history
from apps.users.identity import spoken_phone
from apps.users.imports.admin import ServiceImportMixin
from apps.users.imports.people import PeopleImport
from apps.users.models import Account
from apps.users.roles import Action, Role
from apps.users.services.accounts import actor_of, set_active
from apps.users.services.onboarding import in_schema_of, invite_again


class MFIFilter(admin.SimpleListFilter):
    title = "MFI"
    parameter_name = "mfi"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("public", "Letsema"), *MFI.objects.values_list("schema_name", "name")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(schema_name=self.value()) if self.value() else queryset


class RoleFilter(admin.SimpleListFilter):
    title = "role"
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(r.value, str(r.label)) for r in Role]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(role=self.value()) if self.value() else queryset


class PeopleAdmin(ServiceImportMixin, LetsemaAdmin):  # type: ignore[misc]
    import_of = PeopleImport
    view_action = Action.MANAGE_PEOPLE
    list_display = ("full_name", "mfi_name", "role_label", "email", "phone_spoken", "state")
    list_filter = (MFIFilter, RoleFilter, "is_active", "has_signed_up")
    search_fields = ("full_name", "email", "phone")
    search_help_text = "Name, e-mail or phone"

    def get_queryset(self, request: Any) -> Any:
        if not hasattr(request, "mfi_names"):
            request.mfi_names = dict(MFI.objects.values_list("schema_name", "name"))
        self._names = request.mfi_names
        return super().get_queryset(request)

    def mfi_name(self, entry: DirectoryEntry) -> str:
        return str(self._names.get(entry.schema_name, "Letsema"))

    mfi_name.short_description = "MFI"  # type: ignore[attr-defined]

    def role_label(self, entry: DirectoryEntry) -> str:
        label = str(Role(entry.role).label)
        return f"{label} ({entry.duties})" if entry.duties else label

    role_label.short_description = "role"  # type: ignore[attr-defined]

    def phone_spoken(self, entry: DirectoryEntry) -> str:
        return spoken_phone(entry.phone)

    phone_spoken.short_description = "phone"  # type: ignore[attr-defined]

    def state(self, entry: DirectoryEntry) -> str:
        if not entry.is_active:
            return pill("suspended", "Closed")
        return pill("active", "Open") if entry.has_signed_up else pill("waiting", "Not signed up")

    def get_urls(self) -> Any:
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:account_id>/open/<str:wanted>/", wrap(self.active_view), name="directory_active"),
            path("<uuid:account_id>/invite/", wrap(self.invite_view), name="directory_invite"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        entry, mfi = self._find(request, object_id)
        with in_schema_of(mfi):
            account = Account.objects.filter(pk=entry.account_id).select_related("profile").first()
            if account is None:
                raise Http404
            changes = row_history(*[r for r in (account, getattr(account, "profile", None)) if r])
        tools = (
            [{"label": "Invite again", "style": "quiet", "url": reverse("admin:directory_invite", args=[entry.pk])}]
            if entry.is_active
            else []
        )
        wanted = "no" if entry.is_active else "yes"
        tools.append(
            {
                "label": "Close account" if entry.is_active else "Open account",
                "style": "danger" if entry.is_active else "primary",
                "url": reverse("admin:directory_active", args=[entry.pk, wanted]),
            }
        )
        context = {
            **self.admin_site.each_context(request),
            "title": entry.full_name,
            "entry": entry,
            "opts": self.opts,
            "mfi_of": mfi,
            "role_label": self.role_label(entry),
            "phone": spoken_phone(entry.phone),
            "tools": tools,
            "changes": changes,
            "state": self.state(entry),
        }
        return TemplateResponse(request, "admin/person.html", context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:mfis_directoryentry_change", args=[object_id]))

    def _find(self, request: HttpRequest, account_id: Any) -> tuple[DirectoryEntry, MFI | None]:
        if not self.has_view_permission(request):
            raise PermissionDenied
        entry = self.get_object(request, str(account_id))
        if entry is None:
            raise Http404
        return entry, MFI.objects.filter(schema_name=entry.schema_name).first()

    def active_view(self, request: Any, account_id: Any, wanted: str) -> HttpResponse:
        entry, mfi = self._find(request, account_id)
        active = wanted == "yes"

        def run(values: dict[str, str]) -> None:
            actor = actor_of(request.user)
            actor = type(actor)(actor.id, f"{actor.name} of Letsema ({values['reason'][:80]})")
            with in_schema_of(mfi):
                set_active(account=Account.objects.get(pk=entry.account_id), active=active, actor=actor)

        verb = "Open" if active else "Close"
        return run_action(
            request,
            admin=self,
            form=ReasonForm(request.POST or None),
            run=run,
            done=f"The account of {entry.full_name} is {'open' if active else 'closed'}.",
            back_url=reverse("admin:mfis_directoryentry_change", args=[entry.pk]),
            subject=entry.full_name,
            title=f"{verb} the account of {entry.full_name}",
            button=f"{verb} the account",
            explanation="Sign-in works again." if active else "They are signed out at once and cannot sign in.",
            style="primary" if active else "danger",
        )

    def invite_view(self, request: Any, account_id: Any) -> HttpResponse:
        entry, mfi = self._find(request, account_id)
        back = reverse("admin:mfis_directoryentry_change", args=[entry.pk])
        if request.method == "POST":
            try:
                with in_schema_of(mfi):
                    account = Account.objects.get(pk=entry.account_id)
                    url = invite_again(account=account, actor=actor_of(request.user), mfi=mfi)
            except ServiceError as error:
                self.message_user(request, error.message, messages.ERROR)
            else:
                shown = "A fresh invitation for {} (shown only now): <code>{}</code>"
                self.message_user(request, format_html(shown, entry.full_name, url), messages.SUCCESS)
            return HttpResponseRedirect(back)
        return run_action(
            request,
            admin=self,
            form=Form(),
            run=None,
            done="",
            back_url=back,
            subject=entry.full_name,
            title=f"Invite {entry.full_name} again",
            button="Make the invitation",
            explanation="Earlier invitations end. The link is sent by e-mail where there is one, and shown here once.",
        )


public_site.register(DirectoryEntry, PeopleAdmin)
