"""The answer to too many wrong passwords."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from apps.mfis.core.problem_details import problem
from apps.users.access.devices import is_known_device
from apps.users.accounts.models import Account

MESSAGE = "Too many wrong passwords. Wait a quarter of an hour, or reset your password."


def locked_out(request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
    return problem(request, 429, "Sign-in is closed for a while", MESSAGE, code="locked_out")


def counted_as(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Whom a wrong password is counted against: the account, however its phone or e-mail was written.

    It is counted by address too (AXES_LOCKOUT_PARAMETERS), and a browser that signed in before is counted apart: nobody
    closes sign-in to a cashier from the branch's own line.
    """
    name = str((credentials or {}).get("username") or request.POST.get("username") or "").strip().lower()
    account = Account.objects.signing_in_by(name)
    if account is None:
        return name[:255]
    return f"{account.pk}{' known' if is_known_device(request, account) else ''}"
