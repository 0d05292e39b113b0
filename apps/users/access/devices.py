"""Browsers in which somebody has signed in before: wrong passwords from elsewhere never close sign-in to them.

A cookie holds a mark for each of the last accounts. It opens nothing; it is only counted apart. The mark follows from
the schema, the account and its stamp, so nobody else can make it, and it ends when the password or an address changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac

from apps.mfis.core.database import connection
from apps.users.accounts.models import Account

MAXIMUM = 8  # accounts on one machine of a branch

KEPT = 365 * 24 * 3600  # seconds


def mark_of(account: Account) -> str:
    """What a browser keeps of an account that signed in there."""
    value = f"{connection.schema_name}:{account.pk}:{account.security_stamp}"
    return salted_hmac("letsema.device", value, algorithm="sha256").hexdigest()[:24]


def is_known_device(request: HttpRequest, account: Account) -> bool:
    """Whether this browser has signed in to the account since its password was set."""
    return mark_of(account) in request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "").split(".")


@receiver(user_logged_in)
def remember_device(sender: Any, request: HttpRequest, user: Any, **more: Any) -> None:
    """Has the answer leave the mark in the browser (`DeviceMiddleware`)."""
    if isinstance(user, Account):
        request.device_mark = mark_of(user)  # type: ignore[attr-defined]


class DeviceMiddleware:
    """Puts the mark of whoever has just signed in into the browser's cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        mark = getattr(request, "device_mark", "")
        if mark:
            known = request.COOKIES.get(settings.DEVICE_COOKIE_NAME, "").split(".")
            marks = [mark, *(m for m in known if m and m != mark)][:MAXIMUM]
            response.set_cookie(
                settings.DEVICE_COOKIE_NAME,
                ".".join(marks),
                max_age=KEPT,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response
