"""Letsema admins; and the MFI's own staff, whose page is the same with duties."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse

from apps.mfis.core.database import connection
from apps.mfis.core.roles import Action, Role
from apps.users.access.services.invitations import invite
from apps.users.accounts.identity import format_phone
from apps.users.accounts.models import Account
from apps.users.back_office.base import LetsemaAdmin, posted, run_action, status_badge
from apps.users.back_office.filters import by_branch
from apps.users.back_office.requests import StaffRequest, staff_of
from apps.users.back_office.sites import public_site, tenant_site
from apps.users.spreadsheets.admin import ImportsRows
from apps.users.staff.admin.contacts import contact_page
from apps.users.staff.forms import StaffForm
from apps.users.staff.services import create_staff, set_active, update_staff

TITLES = {"invite": "Invite again", "close": "Close the account", "open": "Open the account"}


def _tool(account: Account, what: str, label: str, style: str) -> dict[str, str]:
    return {"label": label, "style": style, "url": reverse("admin:users_account_do", args=[account.pk, what])}


def is_public() -> bool:
    """Whether these are Letsema's own people, who have no duties."""
    return bool(connection.schema_name == "public")


@admin.register(Account, site=public_site)
@admin.register(Account, site=tenant_site)
class StaffAdmin(ImportsRows, LetsemaAdmin):
    """Colleagues of one schema."""

    import_kinds = ("staff",)  # of an MFI: Letsema's own people are invited one by one
    form = StaffForm
    view_action = add_action = change_action = Action.MANAGE_PEOPLE
    add_label = "Invite a colleague"
    list_title = "Colleagues"
    list_display = ("full_name", "email", "phone_formatted", "branch", "duties_named", "state")
    list_filter = ("is_active", by_branch())
    list_select_related = ("branch",)
    search_fields = ("full_name", "email", "phone")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        accounts: QuerySet[Account] = super().get_queryset(request)
        return accounts.exclude(role=Role.BORROWER)

    def get_fields(self, request: HttpRequest, obj: Account | None = None) -> list[Any]:
        fields = ["full_name", "email", "phone"]
        return fields if is_public() else [*fields, "branch", "duties"]

    def get_readonly_fields(self, request: HttpRequest, obj: Account | None = None) -> tuple[str, ...]:
        return ("email", "phone") if obj else ()

    @admin.display(description="phone", ordering="phone")
    def phone_formatted(self, account: Account) -> str:
        return format_phone(account.phone)

    @admin.display(description="duties", ordering="duties")
    def duties_named(self, account: Account) -> str:
        return account.duty_names() or str(Role(account.role).label)

    @admin.display(description="state", ordering="is_active")
    def state(self, account: Account) -> str:
        if not account.is_active:
            return status_badge("suspended", "Closed")
        if not account.has_usable_password():
            return status_badge("waiting", "Not signed up")
        return status_badge("active", "Open")

    def save_model(self, request: HttpRequest, obj: Account, form: forms.ModelForm[Account], change: bool) -> None:
        values, actor = form.cleaned_data, staff_of(request).actor
        if change:
            update_staff(
                account=obj,
                full_name=values["full_name"],
                duties=values.get("duties", []),
                branch=values.get("branch"),
                actor=actor,
            )
            return
        account = create_staff(
            full_name=values["full_name"],
            email=values["email"] or "",
            phone=values["phone"] or "",
            role=Role.LETSEMA_ADMIN if is_public() else Role.MFI_ADMIN,
            duties=values.get("duties", []),
            branch=values.get("branch"),
            actor=actor,
        )
        obj.pk = account.pk
        self._invite(request, account)

    def save_related(self, *args: Any, **kwargs: Any) -> None:
        """Nothing hangs on an account's form."""

    def _invite(self, request: HttpRequest, account: Account) -> None:
        to = invite(account=account, actor=staff_of(request).actor)
        self.message_user(request, f"The invitation for {account.full_name} goes to {to}.", messages.SUCCESS)

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.do_view)
        contact = self.admin_site.admin_view(self.contact_view)
        return [
            path("<uuid:account_id>/do/<str:what>/", view, name="users_account_do"),
            path("<uuid:account_id>/contact/", contact, name="users_account_contact"),
            *super().get_urls(),
        ]

    def list_tools(self, request: HttpRequest) -> list[dict[str, str]]:
        return [] if is_public() else super().list_tools(request)

    def page_tools(self, request: HttpRequest, obj: Account) -> list[dict[str, str]]:
        if not self.has_change_permission(request) or obj.pk == staff_of(request).pk:
            return []
        if not obj.is_active:
            return [_tool(obj, "open", "Open account", "primary")]
        contact = {"label": "Change how they are reached", "style": "quiet"}
        contact["url"] = reverse("admin:users_account_contact", args=[obj.pk])
        invited = [] if obj.has_usable_password() else [_tool(obj, "invite", "Invite again", "quiet")]
        return [*invited, contact, _tool(obj, "close", "Close account", "danger")]

    def contact_view(self, request: StaffRequest, account_id: UUID) -> HttpResponse:
        """Asks for a change of how a colleague is reached."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        account = get_object_or_404(self.get_queryset(request), pk=account_id)
        return contact_page(request, self, account, reverse("admin:users_account_change", args=[account.pk]))

    def do_view(self, request: StaffRequest, account_id: UUID, what: str) -> HttpResponse:
        """Invites a colleague again, or closes or opens the account."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        account = get_object_or_404(self.get_queryset(request), pk=account_id)
        if what not in TITLES:
            raise Http404

        def run(values: dict[str, Any]) -> None:
            if what == "invite":
                self._invite(request, account)
            else:
                set_active(account=account, active=what == "open", actor=request.user.actor)

        return run_action(
            request,
            admin=self,
            form=forms.Form(posted(request)),
            run=run,
            done="Done.",
            back_url=reverse("admin:users_account_change", args=[account.pk]),
            subject=account.full_name,
            title=f"{TITLES[what]}: {account.full_name}",
            button=TITLES[what],
            style="danger" if what == "close" else "primary",
            explanation="They are signed out at once and cannot sign in." if what == "close" else "",
        )
