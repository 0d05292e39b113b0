"""How often one account or address may call the API. Counted in the schema, so all workers of an MFI share it."""

from __future__ import annotations

import time
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.errors import Throttled
from ninja.throttling import BaseThrottle

from apps.mfis.core.database import connection
from apps.users.access.queries import add_calls, forget_calls
from apps.users.accounts.models import Account

WINDOW = 60  # seconds

KEPT_MINUTES = 60

# Calls a process has not told the database yet: (window, calls since, calls known then).
_own: dict[tuple[str, str], tuple[int, int, int]] = {}

MAXIMUM_KEPT = 10_000


def client_address(request: HttpRequest) -> str:
    """The address of the caller: of the connection, or what the proxies that this server trusts say of it.

    `X-Forwarded-For` grows from the right by one entry a proxy; whatever stands before the entries of the trusted ones
    was written by the caller and is not looked at.
    """
    if settings.TRUSTED_PROXIES:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        addresses = [part.strip() for part in forwarded.split(",") if part.strip()]
        if len(addresses) >= settings.TRUSTED_PROXIES:
            return str(addresses[-settings.TRUSTED_PROXIES])
    return str(request.META.get("REMOTE_ADDR", ""))


class Limit(BaseThrottle):
    """At most `calls` a minute of one account, or of one address where nobody is signed in.

    `name` is an entry of settings.CALLS_A_MINUTE, and `unsafe` that of calls which may change something. A process
    tells the database of up to `batch` calls at once (of three that may change something); with several workers the
    limit is then passed by that many calls each at the most.
    """

    def __init__(self, name: str, *, unsafe: str = "", by_address: bool = False, batch: int = 1) -> None:
        self.name, self.unsafe, self.by_address = name, unsafe or name, by_address
        self.batch, self.unsafe_batch = batch, min(batch, 3)

    def allow_request(self, request: HttpRequest) -> bool:
        safe = request.method in ("GET", "HEAD", "OPTIONS")
        name = self.name if safe else self.unsafe
        account = None if self.by_address else getattr(request, "auth", None)
        who = str(account.pk) if isinstance(account, Account) else client_address(request)
        calls = count_call(f"{name}:{who}", batch=self.batch if safe else self.unsafe_batch)
        return calls <= settings.CALLS_A_MINUTE[name]

    def wait(self) -> int:
        return WINDOW - int(time.time()) % WINDOW


def count_call(what: str, *, batch: int = 1) -> int:
    """Counts one call and returns how many there were in this minute, as far as this process knows."""
    key = sha256(what.encode()).hexdigest()
    window = int(time.time()) // WINDOW
    place = (connection.schema_name, key)
    kept, since, known = _own.get(place, (window, 0, 0))
    if kept != window:
        since, known = 0, 0
    since += 1
    if known and since < batch:
        _own[place] = (window, since, known)
        return known + since
    known = add_calls(key, window, since)
    if len(_own) > MAXIMUM_KEPT:
        _own.clear()
    _own[place] = (window, 0, known)
    return known


def forget_old_counts() -> None:
    """Removes the counters of the current schema that no minute needs any more: the worker's tidying, no command."""
    forget_calls(before=int(time.time()) // WINDOW - KEPT_MINUTES)


def retry_after(error: Throttled) -> dict[str, Any]:
    """The header that says when to come again."""
    return {"Retry-After": str(error.wait or WINDOW)}


ENTRY = Limit("entry", by_address=True)  # where nobody is signed in yet
