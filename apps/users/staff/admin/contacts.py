"""How people are reached, changed by two people: what waits, and the pages that ask and decide."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse

from apps.mfis.core.roles import Action, Role
from apps.users.access.models import ContactChange
from apps.users.access.services.codes import CodeNeeded
from apps.users.access.services.contacts import (
    ask_contact_change,
    change_contact,
    decide_contact_change,
    send_contact_code,
)
from apps.users.accounts.identity import format_phone
from apps.users.accounts.models import Account
from apps.users.back_office.base import LetsemaAdmin, posted, run_action, status_badge
from apps.users.back_office.requests import StaffRequest, staff_of
from apps.users.back_office.sites import public_site, tenant_site
from apps.users.staff.forms import ContactDecisionForm, ContactForm

EXPLAINED = (
    "Whoever gets a person's messages gets in as them, so nobody changes this alone. The old addresses are told, and "
    "the person is signed out everywhere."
)

DECIDED = "The person chooses a new password by an invitation to the new address. You are named in the history."


@admin.register(ContactChange, site=public_site)
@admin.register(ContactChange, site=tenant_site)
class ContactChangeAdmin(LetsemaAdmin):
    """Changes that colleagues asked for; another decides."""

    view_action = Action.REGISTER_BORROWER
    list_title = "Changed addresses"
    reach = "account__profile__"
    list_display = ("created_at", "account", "asked_by_name", "state", "decided_by_name")
    list_filter = ("status",)
    list_select_related = ("account",)
    search_fields = ("account__full_name", "phone", "email")
    fields = ("account", "phone", "email", "reason", "status", "asked_by_name", "decided_by_name", "decided_at")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, Action.REGISTER_BORROWER) or self._may(request, Action.MANAGE_PEOPLE)

    has_module_permission = has_view_permission

    def get_queryset(self, request: HttpRequest) -> QuerySet[ContactChange]:
        changes: QuerySet[ContactChange] = super().get_queryset(request)
        own = self._may(request, Action.MANAGE_PEOPLE)
        return changes if own else changes.filter(account__role=Role.BORROWER)

    @admin.display(ordering="status")
    def state(self, change: ContactChange) -> str:
        waits = change.status == ContactChange.Status.WAITING
        return status_badge("waiting" if waits else "closed", change.get_status_display())

    def page_tools(self, request: HttpRequest, obj: ContactChange) -> list[dict[str, str]]:
        if obj.status != ContactChange.Status.WAITING or obj.asked_by == staff_of(request).pk:
            return []
        url = reverse("admin:users_contactchange_decide", args=[obj.pk])
        return [{"label": "Decide", "style": "primary", "url": url}]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.decide_view)
        return [path("<uuid:change_id>/decide/", view, name="users_contactchange_decide"), *super().get_urls()]

    def decide_view(self, request: StaffRequest, change_id: UUID) -> HttpResponse:
        """Confirms or refuses what a colleague asked for."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        change = get_object_or_404(self.get_queryset(request), pk=change_id)
        return decision_page(request, self, change, reverse("admin:users_contactchange_changelist"))


def decision_page(
    request: StaffRequest, model_admin: ModelAdmin[Any], change: ContactChange, back_url: str, **more: Any
) -> HttpResponse:
    """Shows what was asked for, by whom and why, and lets a second person decide."""
    account = change.account
    return run_action(
        request,
        admin=model_admin,
        form=ContactDecisionForm(posted(request)),
        run=lambda v: _decide(change.pk, v, more.get("actor") or request.user.actor),
        done="Decided; it stands in the history with both names.",
        back_url=back_url,
        subject=account.full_name,
        facts=[
            ("Phone", f"{format_phone(account.phone) or '—'} → {format_phone(change.phone) or '—'}"),
            ("E-mail", f"{account.email or '—'} → {change.email or '—'}"),
            ("Asked by", change.asked_by_name),
            ("Why", change.reason),
        ],
        title=f"Decide how {account.full_name} is reached",
        button="Decide",
        explanation=DECIDED,
    )


def _decide(change_id: UUID, values: dict[str, Any], actor: Any) -> None:
    decide_contact_change(change_id=change_id, confirmed=values["decision"] == "confirm", actor=actor)


def contact_page(
    request: StaffRequest, model_admin: ModelAdmin[Any], account: Account, back_url: str, **more: Any
) -> HttpResponse:
    """Asks how a person shall be reached: by a second person's decision, or for a borrower by the code they tell."""
    actor = more.get("actor") or request.user.actor
    by_code = account.role == Role.BORROWER and actor.may(Action.REGISTER_BORROWER)
    initial = {"phone": account.phone, "email": account.email}
    return run_action(
        request,
        admin=model_admin,
        form=ContactForm(posted(request), initial=initial, by_code=by_code),
        run=lambda v: _change(account, v, actor),
        done="Kept: it is in the history with your name. What waits for a second person is under “Changed addresses”.",
        back_url=back_url,
        subject=account.full_name,
        title=f"Change how {account.full_name} is reached",
        button="Ask for the change",
        explanation=EXPLAINED,
    )


def _change(account: Account, values: dict[str, Any], actor: Any) -> None:
    """Raises: CodeNeeded: the code is on its way to the borrower. Others as for the commands."""
    wanted = {"account": account, "phone": values["phone"], "email": values["email"], "actor": actor}
    if values.get("by") != "code":
        ask_contact_change(reason=values["reason"], **wanted)
    elif values["code"]:
        change_contact(digits=values["code"], **wanted)
    else:
        to = send_contact_code(**wanted)
        raise CodeNeeded(f"A code is on its way to {to}. Enter here what the borrower tells you.", field="code")
