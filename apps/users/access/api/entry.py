"""Sign in and out, reset a password."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib.auth import authenticate, login, logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.middleware.csrf import get_token
from ninja import Router, Status

from apps.mfis.core.api_types import REFUSED
from apps.mfis.core.errors import Sentence, ServiceError
from apps.mfis.core.roles import Role
from apps.users.access.api.auth import ANY, only_json
from apps.users.access.api.profile import me_of
from apps.users.access.lockout import MESSAGE
from apps.users.access.rate_limits import ENTRY
from apps.users.access.schemas import Me, ResetAsked, ResetIn, SessionOut, SignIn
from apps.users.access.services.codes import AGAIN_IN, CodeNeeded, Purpose, send_code, use_code
from apps.users.access.services.password_reset import reset_password
from apps.users.access.services.reset_links import pretend_to_send
from apps.users.accounts.models import Account

router = Router(tags=["accounts"])


class LockedOut(ServiceError):
    status = 429
    code = "locked_out"


class WrongSignIn(ServiceError):
    status = 401
    code = "wrong_sign_in"


@router.post("/sign-in", response={200: Me, **REFUSED}, auth=None, throttle=[ENTRY])
def sign_in(request: HttpRequest, payload: SignIn) -> Any:
    """Signs a borrower in by e-mail or phone; the session cookie belongs to this MFI alone."""
    only_json(request)
    account = _by_password(request, payload)
    if account.second_factor:
        _check_second_factor(account, payload.code)
    login(request, account)
    return me_of(account)


def _by_password(request: HttpRequest, payload: SignIn) -> Account:
    """The borrower whose name and password go together.

    Raises:
        LockedOut: too many wrong passwords. WrongSignIn: this one is wrong, or it is not a borrower's account.
    """
    try:
        account = authenticate(request, username=payload.name, password=payload.password)
    except PermissionDenied:
        raise LockedOut(MESSAGE) from None
    if getattr(request, "axes_locked_out", False):
        raise LockedOut(MESSAGE)
    if not isinstance(account, Account):
        raise WrongSignIn("This e-mail or phone and password do not go together.")
    if account.role != Role.BORROWER:
        raise WrongSignIn(Sentence("This account belongs to the back-office: sign in there.", "staff_account"))
    return account


def _check_second_factor(account: Account, digits: str) -> None:
    """Uses the code up; sends one where none was given.

    Raises:
        CodeNeeded: it is on its way. InvalidInput: it is wrong.
    """
    if not digits:
        to = send_code(actor=account.actor, purpose=Purpose.SIGN_IN)
        raise CodeNeeded(
            Sentence(f"A code is on its way to {to}. Sign in with it.", "code_needed", to=to, again_in=AGAIN_IN),
            field="code",
        )
    use_code(actor=account.actor, purpose=Purpose.SIGN_IN, digits=digits)


@router.post("/password-reset", response={204: None, **REFUSED}, auth=None, throttle=[ENTRY])
def ask_for_reset(request: HttpRequest, payload: ResetAsked) -> Any:
    """Sends a code for a new password. The answer is the same whether there is such an account or not."""
    only_json(request)
    account = Account.objects.signing_in_by(payload.name)
    if account and account.is_active and account.role == Role.BORROWER:
        with suppress(ServiceError):  # no address, or too many codes: whoever asks learns neither
            send_code(actor=account.actor, purpose=Purpose.RESET)
    else:
        pretend_to_send()
    return Status(204, None)


@router.post("/password-reset/new", response={204: None, **REFUSED}, auth=None, throttle=[ENTRY])
def reset(request: HttpRequest, payload: ResetIn) -> Any:
    """A new password by the code that was sent; every session of the account ends."""
    only_json(request)
    account = Account.objects.signing_in_by(payload.name)
    if account and account.role != Role.BORROWER:
        account = None
    reset_password(account=account, digits=payload.code, password=payload.password)
    return Status(204, None)


@router.post("/sign-out", response={204: None, **REFUSED}, auth=ANY)
def sign_out(request: HttpRequest) -> Any:
    """Ends the session."""
    logout(request)
    return Status(204, None)


@router.get("/session", response={200: SessionOut, **REFUSED}, auth=None)
def session(request: HttpRequest) -> Any:
    """Whether a borrower is signed in, and the CSRF token that unsafe calls with the session need."""
    user = request.user
    signed_in = isinstance(user, Account) and user.role == Role.BORROWER
    return {"signed_in": signed_in, "csrf_token": get_token(request)}
