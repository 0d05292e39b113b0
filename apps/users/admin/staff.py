"""Letsema admins and their API tokens; and the MFI's own staff, whose page is the same with duties."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html

from apps.mfis.database import connection
from apps.mfis.errors import ServiceError
from apps.users.admin.base import LetsemaAdmin, pill, run_action
from apps.users.admin.forms import show_service_error
from apps.users.admin.sites import public_site, tenant_site
from apps.users.identity import spoken_phone
from apps.users.models import Account, ApiToken
from apps.users.roles import Action, Duty, Role
from apps.users.services.accounts import actor_of, clean_person, create_staff, set_active, update_staff
from apps.users.services.onboarding import invite_again
from apps.users.services.tokens import create_token, revoke_token


class StaffForm(forms.ModelForm):  # type: ignore[type-arg]
    duties = forms.MultipleChoiceField(choices=Duty.choices, widget=forms.CheckboxSelectMultiple, required=False)

    class Meta:
        model = Account
        fields = ["full_name", "email", "phone", "duties"]

    def clean(self) -> dict[str, Any]:
        from apps.mfis.clock import business_date
        from apps.users.services.accounts import Person, clean_duties

        values = super().clean() or {}
        if self.errors:
            return values
        try:
            if not self.instance.pk or self.instance._state.adding:
                person = Person(values["full_name"], values.get("phone") or "", values.get("email") or "")
                clean_person(person, today=business_date())
            if "duties" in self.fields:
                clean_duties(values.get("duties", []), Role.MFI_ADMIN)
        except ServiceError as error:
            show_service_error(self, error)
        return values


class StaffAdmin(LetsemaAdmin):
    """Colleagues of one schema."""

    form = StaffForm
    view_action = add_action = change_action = Action.MANAGE_PEOPLE
    add_label = "Invite a colleague"
    list_title = "Colleagues"
    list_display = ("full_name", "email", "phone_spoken", "duties_spoken", "state")
    list_filter = ("is_active",)
    search_fields = ("full_name", "email", "phone")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).exclude(role=Role.BORROWER)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = ["full_name", "email", "phone"]
        return fields if connection.schema_name == "public" else [*fields, "duties"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("email", "phone") if obj else ()

    def phone_spoken(self, account: Account) -> str:
        return spoken_phone(account.phone)

    phone_spoken.short_description = "phone"  # type: ignore[attr-defined]

    def duties_spoken(self, account: Account) -> str:
        return account.duty_names() or str(Role(account.role).label)

    duties_spoken.short_description = "duties"  # type: ignore[attr-defined]

    def state(self, account: Account) -> str:
        if not account.is_active:
            return pill("suspended", "Closed")
        return pill("active", "Open") if account.has_usable_password() else pill("waiting", "Not signed up")

    def save_model(self, request: Any, obj: Account, form: Any, change: bool) -> None:
        values = form.cleaned_data
        if change:
            update_staff(account=obj, full_name=values["full_name"], duties=values.get("duties", []), by=request.user)
            return
        public = connection.schema_name == "public"
        account = create_staff(
            full_name=values["full_name"],
            email=values["email"] or "",
            phone=values["phone"] or "",
            role=Role.LETSEMA_ADMIN if public else Role.MFI_ADMIN,
            duties=values.get("duties", []),
            actor=actor_of(request.user),
        )
        obj.pk = account.pk
        self._show_invitation(request, account)

    def save_related(self, *args: Any, **kwargs: Any) -> None:
        """Nothing hangs on an account's form."""

    def _show_invitation(self, request: Any, account: Account) -> None:
        mfi = getattr(request, "tenant", None)
        url = invite_again(account=account, actor=actor_of(request.user), mfi=mfi)
        text = "Invitation for {}, to hand over if the mail does not arrive (shown only now): <code>{}</code>"
        self.message_user(request, format_html(text, account.full_name, url), messages.SUCCESS)

    def get_urls(self) -> Any:
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:account_id>/do/<str:what>/", wrap(self.do_view), name="users_account_do"),
            *super().get_urls(),
        ]

    def page_tools(self, request: HttpRequest, obj: Account) -> list[dict[str, str]]:
        if not self.has_change_permission(request) or obj.pk == request.user.pk:
            return []
        wanted = [("invite", "Invite again", "quiet"), ("close", "Close account", "danger")]
        if not obj.is_active:
            wanted = [("open", "Open account", "primary")]
        return [
            {"label": label, "style": style, "url": reverse("admin:users_account_do", args=[obj.pk, what])}
            for what, label, style in wanted
        ]

    def do_view(self, request: Any, account_id: Any, what: str) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        account = self.get_queryset(request).filter(pk=account_id).first()
        titles = {"invite": "Invite again", "close": "Close the account", "open": "Open the account"}
        if account is None or what not in titles:
            raise Http404

        def run(values: Any) -> None:
            if what == "invite":
                self._show_invitation(request, account)
            else:
                set_active(account=account, active=what == "open", actor=actor_of(request.user))

        return run_action(
            request,
            admin=self,
            form=forms.Form(request.POST or None),
            run=run,
            done="Done.",
            back_url=reverse("admin:users_account_change", args=[account.pk]),
            subject=account.full_name,
            title=f"{titles[what]}: {account.full_name}",
            button=titles[what],
            style="danger" if what == "close" else "primary",
            explanation="They are signed out at once and cannot sign in." if what == "close" else "",
        )


class TokenForm(forms.ModelForm):  # type: ignore[type-arg]
    days = forms.TypedChoiceField(
        label="Good for", coerce=int, choices=[(30, "30 days"), (90, "90 days"), (365, "a year")]
    )

    class Meta:
        model = ApiToken
        fields = ["name"]


class TokenAdmin(LetsemaAdmin):
    """Tokens for programs that act for the person who makes them."""

    form = TokenForm
    view_action = add_action = Action.MANAGE_MFIS
    add_label = "Make a token"
    list_display = ("name", "account", "created_at", "expires_at", "state")
    list_select_related = ("account",)
    fields = ("name", "days")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("name", "account", "expires_at", "revoked_at") if obj else self.fields

    def state(self, token: ApiToken) -> str:
        return pill("suspended", "Revoked") if token.revoked_at else pill("active", "Open")

    def save_model(self, request: Any, obj: ApiToken, form: Any, change: bool) -> None:
        token, secret = create_token(
            account=request.user,
            name=form.cleaned_data["name"],
            days=form.cleaned_data["days"],
            actor=actor_of(request.user),
        )
        obj.pk = token.pk
        text = format_html("The token, shown only now: <code>{}</code>", secret)
        self.message_user(request, text, messages.SUCCESS)

    def save_related(self, *args: Any, **kwargs: Any) -> None:
        """Nothing hangs on a token."""

    def get_urls(self) -> Any:
        view = self.admin_site.admin_view(self.revoke_view)
        return [path("<uuid:token_id>/revoke/", view, name="users_apitoken_revoke"), *super().get_urls()]

    def page_tools(self, request: HttpRequest, obj: ApiToken) -> list[dict[str, str]]:
        url = reverse("admin:users_apitoken_revoke", args=[obj.pk])
        return [] if obj.revoked_at else [{"label": "Revoke", "style": "danger", "url": url}]

    def revoke_view(self, request: Any, token_id: Any) -> HttpResponse:
        token = self.get_queryset(request).filter(pk=token_id).first()
        if token is None or not self.has_add_permission(request):
            raise Http404
        return run_action(
            request,
            admin=self,
            form=forms.Form(request.POST or None),
            run=lambda _: revoke_token(token=token, actor=actor_of(request.user)),
            done="The token is revoked.",
            back_url=reverse("admin:users_apitoken_changelist"),
            subject=token.name,
            style="danger",
            title=f"Revoke the token {token.name}",
            button="Revoke",
            explanation="Programs that use it stop at once.",
        )


public_site.register(Account, StaffAdmin)
public_site.register(ApiToken, TokenAdmin)
tenant_site.register(Account, StaffAdmin)
