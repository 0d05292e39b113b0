"""Invitations and password reset. The secret of a link is moved into the session at once, out of the address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from apps.mfis.database import connection
from apps.mfis.errors import ServiceError
from apps.users.admin.forms import NewPasswordForm, show_service_error
from apps.users.identity import find_account
from apps.users.messages import send_password_reset
from apps.users.models import Account
from apps.users.services.accounts import actor_of, set_password
from apps.users.services.onboarding import mfi_url, public_url
from apps.users.services.tokens import GONE, accept_invitation, find_invitation

INVITATION, RESET = "_invitation", "_reset"


@never_cache
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """The link of an invitation: keeps its secret in the session and goes on to the form."""
    request.session[INVITATION] = secret
    return redirect("invitation_accept")


@never_cache
def invitation_accept(request: HttpRequest) -> HttpResponse:
    """Choosing the first password."""
    secret = request.session.get(INVITATION, "")
    found = find_invitation(secret) if secret else None
    if found is None:
        gone = {"title": "Invitation", "lead": GONE}
        return TemplateResponse(request, "letsema/door.html", gone, status=410)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            account = accept_invitation(secret=secret, password=form.cleaned_data["password"])
        except ServiceError as error:
            show_service_error(form, error)
        else:
            request.session.flush()
            messages.success(request, "Your password is set. Sign in with it now.")
            return HttpResponseRedirect(_sign_in_page(account))
    name = found.account.email or found.account.phone
    lead = f"Welcome, {found.account.full_name}. Choose the password for {name}."
    context: dict[str, Any] = {
        "title": "Choose your password",
        "form": form,
        "button": "Set the password",
        "lead": lead,
    }
    return TemplateResponse(request, "letsema/door.html", context)


def _sign_in_page(account: Account) -> str:
    return reverse("admin:login") if account.is_staff else "/"


class AskForm(forms.Form):
    name = forms.CharField(label="E-mail or phone", max_length=254)


@never_cache
def password_reset(request: HttpRequest) -> HttpResponse:
    """Asks for a link by mail. The answer is the same whether there is such an account or not."""
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        account = find_account(form.cleaned_data["name"])
        if account and account.is_active and account.email and account.has_usable_password():
            _send_reset(request, account)
        lead = (
            "If there is an account with an e-mail address, a link is on its way there; it is good for an hour. "
            "Without an e-mail address, ask at your branch for a new invitation."
        )
        return TemplateResponse(request, "letsema/door.html", {"title": "Look at your mail", "lead": lead})
    context = {"title": "Forgotten your password?", "form": form, "button": "Send me a link"}
    return TemplateResponse(request, "letsema/door.html", context)


def _send_reset(request: Any, account: Account) -> None:
    path = reverse("password_reset_link", args=[account.pk, default_token_generator.make_token(account)])
    mfi = request.tenant
    url = mfi_url(mfi, path) if mfi else public_url(path)
    send_password_reset(account=account, brand=mfi.name if mfi else "Letsema", url=url)


@never_cache
def password_reset_link(request: HttpRequest, account_id: Any, token: str) -> HttpResponse:
    """The link of a reset: keeps its secret in the session and goes on to the form."""
    request.session[RESET] = [str(account_id), token, connection.schema_name]
    return redirect("password_reset_confirm")


@never_cache
def password_reset_confirm(request: HttpRequest) -> HttpResponse:
    """Choosing a new password."""
    account_id, token, schema = request.session.get(RESET, ["", "", ""])
    account = None
    if schema == connection.schema_name and account_id:
        account = Account.objects.filter(pk=account_id, is_active=True).first()
    if account is None or not default_token_generator.check_token(account, token):
        lead = "This link was used or is too old. Ask for a new one."
        return TemplateResponse(request, "letsema/door.html", {"title": "New password", "lead": lead}, status=410)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            set_password(account=account, password=form.cleaned_data["password"], actor=actor_of(account))
        except ServiceError as error:
            show_service_error(form, error)
        else:
            request.session.flush()
            messages.success(request, "Your password is changed. Sign in with it now.")
            return HttpResponseRedirect(_sign_in_page(account))
    context = {"title": "Choose a new password", "form": form, "button": "Set the password"}
    return TemplateResponse(request, "letsema/door.html", context)
