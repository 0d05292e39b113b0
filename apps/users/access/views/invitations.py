"""Invitations. The secret of a link is moved into the session at once, out of the address."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from apps.mfis.core.errors import ServiceError
from apps.mfis.core.forms import show_service_error
from apps.users.access.doors import limited_door
from apps.users.access.forms import NewPasswordForm
from apps.users.access.selectors import find_invitation
from apps.users.access.services.invitations import GONE, accept_invitation
from apps.users.access.views.pages import entry_page, on_to_sign_in

INVITATION = "_invitation"


@never_cache
@limited_door
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """The link of an invitation: keeps its secret in the session and goes on to the form."""
    request.session[INVITATION] = secret
    return redirect("invitation_accept")


@never_cache
@limited_door
def invitation_accept(request: HttpRequest) -> HttpResponse:
    """Choosing the first password."""
    secret = request.session.get(INVITATION, "")
    invited = find_invitation(secret) if secret else None
    if invited is None:
        return entry_page(request, title="Invitation", lead=GONE, status=410)
    account = invited.account
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            accept_invitation(secret=secret, password=form.cleaned_data["password"], actor=account.actor)
        except ServiceError as error:
            show_service_error(form, error)
        else:
            return on_to_sign_in(request, account, "Your password is set. Sign in with it now.")
    lead = f"Welcome, {account.full_name}. Choose the password for {account.email or account.phone}."
    return entry_page(request, title="Choose your password", form=form, button="Set the password", lead=lead)
