"""Password reset by a link in a mail. Its secret is moved into the session at once, out of the address."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from apps.mfis.core.database import connection
from apps.mfis.core.errors import ServiceError
from apps.mfis.core.forms import show_service_error
from apps.users.access.doors import limited_door
from apps.users.access.forms import NameForm, NewPasswordForm
from apps.users.access.services.reset_links import account_of_link, ask_for_link
from apps.users.access.views.pages import entry_page, on_to_sign_in
from apps.users.accounts.models import Account
from apps.users.accounts.services.passwords import set_password

RESET = "_reset"

SENT = (
    "If there is an account with an e-mail address that is known to be its owner's, a link is on its way there; it is "
    "good for an hour. Without one, ask at your branch."
)


@never_cache
@limited_door
def password_reset(request: HttpRequest) -> HttpResponse:
    """Asks for a link by mail. The answer is the same whether there is such an account or not."""
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ask_for_link(form.cleaned_data["name"])
        return entry_page(request, title="Look at your mail", lead=SENT)
    return entry_page(request, title="Forgotten your password?", form=form, button="Send me a link")


@never_cache
@limited_door
def password_reset_link(request: HttpRequest, account_id: UUID, token: str) -> HttpResponse:
    """The link of a reset: keeps its secret in the session and goes on to the form."""
    request.session[RESET] = [str(account_id), token, connection.schema_name]
    return redirect("password_reset_confirm")


@never_cache
@limited_door
def password_reset_confirm(request: HttpRequest) -> HttpResponse:
    """Choosing a new password."""
    account = _whose_link(request)
    if account is None:
        lead = "This link was used or is too old. Ask for a new one."
        return entry_page(request, title="New password", lead=lead, status=410)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            set_password(account=account, password=form.cleaned_data["password"], actor=account.actor)
        except ServiceError as error:
            show_service_error(form, error)
        else:
            return on_to_sign_in(request, account, "Your password is changed. Sign in with it now.")
    return entry_page(request, title="Choose a new password", form=form, button="Set the password")


def _whose_link(request: HttpRequest) -> Account | None:
    """Whose password the link in this session changes; None where it is of no use any more."""
    account_id, token, schema = request.session.get(RESET, ["", "", ""])
    if not account_id or schema != connection.schema_name:
        return None
    return account_of_link(account_id, token)
