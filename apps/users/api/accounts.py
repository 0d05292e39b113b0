"""Register, sign in and out, one's own profile, tokens."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth import authenticate, login, logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.middleware.csrf import get_token
from ninja import Router

from apps.mfis.clock import business_date
from apps.mfis.errors import InvalidInput, NotFound, ServiceError
from apps.users.api.auth import ANY, borrower, caller, only_json
from apps.users.api.schemas import Me, Problem, ProfileIn, Registration, SignIn, TokenIn, TokenMade, TokenOut
from apps.users.lockout import MESSAGE
from apps.users.models import Account, ApiToken, BorrowerProfile
from apps.users.roles import Role
from apps.users.services.accounts import Person, actor_of, register_borrower, update_own_profile
from apps.users.services.tokens import create_token, revoke_token

router = Router(tags=["accounts"])
REFUSED: dict[int, Any] = {
    401: Problem,
    403: Problem,
    404: Problem,
    409: Problem,
    415: Problem,
    422: Problem,
    429: Problem,
}


class LockedOut(ServiceError):
    status = 429
    code = "locked_out"


class WrongSignIn(ServiceError):
    status = 401
    code = "wrong_sign_in"


def me_of(account: Account) -> dict[str, Any]:
    """The account as its owner sees it."""
    profile = BorrowerProfile.objects.filter(pk=account.pk).first() or BorrowerProfile()
    income = profile.net_monthly_income
    return {
        "id": account.pk,
        "full_name": account.full_name,
        "phone": account.phone or "",
        "email": account.email or "",
        "language": account.language,
        "national_id": profile.national_id or "",
        "date_of_birth": profile.date_of_birth,
        "district": profile.district,
        "village": profile.village,
        "employer": profile.employer,
        "net_monthly_income": None if income is None else f"{income:.2f}",
    }


@router.post("/register", response={201: Me, **REFUSED}, auth=None)
def register(request: HttpRequest, payload: Registration) -> Any:
    """Opens a borrower's account at this MFI and signs it in."""
    only_json(request)
    person = Person(full_name=payload.full_name, phone=payload.phone, email=payload.email)
    if not payload.password:
        raise InvalidInput("Choose a password.", field="password")
    account = register_borrower(
        person=person, password=payload.password, language=payload.language, today=business_date()
    )
    login(request, account, backend="apps.users.backends.EmailOrPhoneBackend")
    return 201, me_of(account)


@router.post("/sign-in", response={200: Me, **REFUSED}, auth=None)
def sign_in(request: HttpRequest, payload: SignIn) -> Any:
    """Signs a borrower in by e-mail or phone; the session cookie belongs to this MFI alone."""
    only_json(request)
    try:
        account = authenticate(request, username=payload.name, password=payload.password)
    except PermissionDenied:
        raise LockedOut(MESSAGE) from None
    if getattr(request, "axes_locked_out", False):
        raise LockedOut(MESSAGE)
    if not isinstance(account, Account):
        raise WrongSignIn("This e-mail or phone and password do not go together.")
    if account.role != Role.BORROWER:
        raise WrongSignIn("This account belongs to the back-office: sign in there.")
    login(request, account)
    return me_of(account)


@router.post("/sign-out", response={204: None, **REFUSED}, auth=ANY)
def sign_out(request: HttpRequest) -> Any:
    """Ends the session."""
    logout(request)
    return 204, None


@router.get("/session", response={200: dict[str, Any]}, auth=None)
def session(request: HttpRequest) -> Any:
    """Whether a borrower is signed in, and the CSRF token that unsafe calls with the session need."""
    user = request.user
    signed_in = isinstance(user, Account) and user.role == Role.BORROWER
    return {"signed_in": signed_in, "csrf_token": get_token(request)}


@router.get("/me", response={200: Me, **REFUSED}, auth=ANY)
def me(request: HttpRequest) -> Any:
    """One's own account and profile."""
    return me_of(borrower(request))


@router.put("/me", response={200: Me, **REFUSED}, auth=ANY)
def update_me(request: HttpRequest, payload: ProfileIn) -> Any:
    """Changes one's own profile; the MFI sees the history of changes."""
    account = borrower(request)
    person = Person(**payload.dict())
    return me_of(update_own_profile(account=account, person=person, today=business_date()))


@router.get("/tokens", response={200: list[TokenOut], **REFUSED}, auth=ANY)
def tokens(request: HttpRequest) -> Any:
    """One's own tokens, without their secrets."""
    return list(ApiToken.objects.filter(account=caller(request)))


@router.post("/tokens", response={201: TokenMade, **REFUSED}, auth=ANY)
def make_token(request: HttpRequest, payload: TokenIn) -> Any:
    """A token for a program that acts for the caller at this MFI; its secret is in this answer alone."""
    account = caller(request)
    token, secret = create_token(account=account, name=payload.name, days=payload.days, actor=actor_of(account))
    return 201, {"id": token.pk, "name": token.name, "token": secret, "expires_at": token.expires_at}


@router.delete("/tokens/{uuid:token_id}", response={204: None, **REFUSED}, auth=ANY)
def end_token(request: HttpRequest, token_id: UUID) -> Any:
    """Revokes one of one's own tokens at once."""
    account = caller(request)
    token = ApiToken.objects.filter(pk=token_id, account=account).first()
    if token is None:
        raise NotFound("There is no such token.")
    revoke_token(token=token, actor=actor_of(account))
    return 204, None
