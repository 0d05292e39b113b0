"""Tokens for programs that act for the Letsema admin who makes them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html

from apps.mfis.core.roles import Action
from apps.users.access.models import ApiToken
from apps.users.access.services.tokens import create_token, revoke_token
from apps.users.back_office.base import LetsemaAdmin, posted, run_action, status_badge
from apps.users.back_office.requests import StaffRequest, staff_of
from apps.users.back_office.sites import public_site
from apps.users.staff.forms import TokenForm


@admin.register(ApiToken, site=public_site)
class TokenAdmin(LetsemaAdmin):
    """The list of tokens, and making and revoking one."""

    form = TokenForm
    view_action = add_action = Action.MANAGE_MFIS
    add_label = "Make a token"
    list_display = ("name", "account", "created_at", "expires_at", "state")
    list_select_related = ("account",)
    fields = ("name", "days")

    def get_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> tuple[str, ...]:
        return ("name", "account", "expires_at", "revoked_at") if obj else self.fields

    @admin.display(description="state", ordering="revoked_at")
    def state(self, token: ApiToken) -> str:
        return status_badge("suspended", "Revoked") if token.revoked_at else status_badge("active", "Open")

    def save_model(self, request: HttpRequest, obj: ApiToken, form: forms.ModelForm[ApiToken], change: bool) -> None:
        values = form.cleaned_data
        token = create_token(actor=staff_of(request).actor, name=values["name"], days=values["days"])
        obj.pk = token.id
        text = format_html("The token, shown only now: <code>{}</code>", token.secret)
        self.message_user(request, text, messages.SUCCESS)

    def save_related(self, *args: Any, **kwargs: Any) -> None:
        """Nothing hangs on a token."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.revoke_view)
        return [path("<uuid:token_id>/revoke/", view, name="users_apitoken_revoke"), *super().get_urls()]

    def page_tools(self, request: HttpRequest, obj: ApiToken) -> list[dict[str, str]]:
        url = reverse("admin:users_apitoken_revoke", args=[obj.pk])
        return [] if obj.revoked_at else [{"label": "Revoke", "style": "danger", "url": url}]

    def revoke_view(self, request: StaffRequest, token_id: UUID) -> HttpResponse:
        """Ends a token."""
        if not self.has_add_permission(request):
            raise Http404
        token = get_object_or_404(self.get_queryset(request), pk=token_id)
        return run_action(
            request,
            admin=self,
            form=forms.Form(posted(request)),
            run=lambda _: revoke_token(token_id=token.pk, actor=request.user.actor),
            done="The token is revoked.",
            back_url=reverse("admin:users_apitoken_changelist"),
            subject=token.name,
            style="danger",
            title=f"Revoke the token {token.name}",
            button="Revoke",
            explanation="Programs that use it stop at once.",
        )
