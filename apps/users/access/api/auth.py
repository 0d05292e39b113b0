"""Who calls: the session of this schema's cookie (with CSRF), or a token kept in this schema."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import APIKeyCookie, HttpBearer

from apps.mfis.core.errors import NotAllowed, Sentence
from apps.mfis.core.roles import Role
from apps.users.access.models import Scope
from apps.users.access.queries import bearer_of
from apps.users.accounts.models import Account


class SessionAuth(APIKeyCookie):
    """The signed-in account of the session; unsafe methods need the CSRF token."""

    def __init__(self) -> None:
        self.param_name = settings.SESSION_COOKIE_NAME
        super().__init__()

    def authenticate(self, request: HttpRequest, key: str | None) -> Account | None:
        user = request.user
        return user if isinstance(user, Account) and user.is_active else None


class TokenAuth(HttpBearer):
    """`Authorization: Bearer lts_…`; a token of another schema does not exist here."""

    def authenticate(self, request: HttpRequest, token: str) -> Account | None:
        bearer = bearer_of(token)
        if bearer is None:
            return None
        needed = scope_of(request)
        if bearer.scopes is not None and needed not in bearer.scopes:
            raise NotAllowed(f"This token may not do this: it needs the scope “{needed}”.")
        request.scopes, request.by_token = bearer.scopes, True  # type: ignore[attr-defined]
        return bearer.account


# The scope that an unsafe call needs, by the beginning of its route after the version; whatever comes first.
SCOPES = (
    ("loans/<uuidstr:loan_id>/payments", Scope.PAYMENTS),
    ("loans", Scope.LOANS),
    ("drafts", Scope.LOANS),
    ("mfis", Scope.INSTITUTIONS),
)


def scope_of(request: HttpRequest) -> str:
    """The scope that a token needs for this call: `read`, or that of the route."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return Scope.READ
    match = request.resolver_match
    route = match.route.partition("api/v1/")[2] if match else ""
    return next((scope for beginning, scope in SCOPES if route.startswith(beginning)), Scope.ACCOUNT)


ANY = [TokenAuth(), SessionAuth()]


def caller(request: HttpRequest) -> Account:
    """The authenticated account."""
    account = getattr(request, "auth", None)
    assert isinstance(account, Account)  # noqa: S101 - the route's auth said so
    return account


def own_scopes(request: HttpRequest) -> list[str] | None:
    """What the caller's token may do; None without a token, or where it may do whatever its account may."""
    return getattr(request, "scopes", None)


def borrower(request: HttpRequest) -> Account:
    """The authenticated borrower.

    Raises:
        NotAllowed: somebody who works here; their pages are in the back-office.
    """
    account = caller(request)
    if account.role != Role.BORROWER:
        raise NotAllowed(
            Sentence("These are the borrowers' pages; your account belongs to the back-office.", "staff_account")
        )
    return account


def check_person(request: HttpRequest) -> None:
    """Refuses a token where somebody must be signed in: it must not become more than it is.

    Raises:
        NotAllowed: a token asks.
    """
    if getattr(request, "by_token", False):
        raise NotAllowed("No token may do this: sign in, and do it yourself.")


def letsema_admin(request: HttpRequest) -> Account:
    """The authenticated Letsema admin.

    Raises:
        NotAllowed: anybody else.
    """
    account = caller(request)
    if account.role != Role.LETSEMA_ADMIN:
        raise NotAllowed("Only a Letsema admin may do this.")
    return account


def only_json(request: HttpRequest) -> None:
    """Refuses a form of another site: a page elsewhere cannot send JSON here without asking first.

    Raises:
        HttpError: 415.
    """
    if request.content_type != "application/json":
        raise HttpError(415, "Send JSON, with Content-Type: application/json.")
