"""Chooses the schema by the host name, and nothing else: no header, cookie or id does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple, cast

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import set_urlconf

from apps.mfis.core.database import connection, set_tenant_keeping_path
from apps.mfis.core.problem_details import problem
from apps.mfis.tenancy.models import MFI, Domain, SchemaReady
from apps.mfis.tenancy.requests import TenantRequest

# How long a process may go on serving what it knew of an MFI. Suspension and new domains are also dropped at once
# in the process that makes them (`forget_changed`); the others follow within these seconds.
KEEP_SECONDS = 5.0

_known: dict[str, tuple[float, MFI]] = {}


def forget() -> None:
    """Drops what is known of all hosts."""
    _known.clear()


def forget_changed() -> None:
    """Drops what is known of all hosts after a change to an MFI: now, and once others may see the change."""
    forget()
    transaction.on_commit(forget)


class Found(NamedTuple):
    """The MFI that answers to a host, and whether its schema stands on this node."""

    mfi: MFI
    stands_here: bool


def find_mfi(hostname: str) -> Found | None:
    """The MFI of `hostname`; one query at most every KEEP_SECONDS, which leaves the public schema set."""
    now = time.monotonic()
    kept = _known.get(hostname)
    if kept and now - kept[0] < KEEP_SECONDS:
        return Found(kept[1], stands_here=True)
    connection.set_schema_to_public()
    domain = Domain.objects.select_related("tenant").filter(domain=hostname).first()
    if domain is None or (settings.CLUSTER and not _is_made(domain.tenant)):
        _known.pop(hostname, None)
        return Found(domain.tenant, stands_here=False) if domain else None
    _known[hostname] = (now, domain.tenant)
    return Found(domain.tenant, stands_here=True)


def _is_made(mfi: MFI) -> bool:
    """Whether this node has the MFI's schema yet: of one opened on another node the row arrives first."""
    return SchemaReady.objects.filter(schema_name=mfi.schema_name, node=settings.NODE).exists()


class MFIMiddleware:
    """Sets the connection's schema and the URLs from the host. Unknown hosts: 404. Suspended MFIs: 403."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        hostname = request.get_host().rsplit(":", 1)[0].lower()
        if hostname == settings.HOST:
            return self._public(request)
        found = find_mfi(hostname)
        if found is None:
            return problem(request, 404, "Not found", f"No institution answers at {hostname}.")
        mfi = found.mfi
        if mfi.status == MFI.Status.SUSPENDED:
            return _suspended(request, mfi)
        if not found.stands_here:
            return problem(request, 503, f"{mfi.name} is being set up here", "Try again in a minute.")
        cast(TenantRequest, request).tenant = mfi
        set_tenant_keeping_path(mfi)
        set_urlconf(settings.ROOT_URLCONF)
        return self.get_response(request)

    def _public(self, request: HttpRequest) -> HttpResponse:
        connection.set_schema_to_public()
        request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
        set_urlconf(settings.PUBLIC_SCHEMA_URLCONF)
        request.tenant = None  # type: ignore[attr-defined]
        return self.get_response(request)


def _suspended(request: HttpRequest, mfi: MFI) -> HttpResponse:
    connection.set_schema_to_public()
    return problem(
        request,
        403,
        f"{mfi.name} is suspended",
        "Its pages are closed for now. Its records are safe. Ask Letsema's operator what to do.",
    )
