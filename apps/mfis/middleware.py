"""Chooses the schema by the host name, and nothing else: no header, cookie or id does."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import set_urlconf

from apps.mfis.database import connection
from apps.mfis.models import MFI, Domain, SchemaReady
from apps.mfis.problems import problem

# How long a process may go on serving what it knew of an MFI. Suspension and new domains are also dropped at once
# in the process that makes them (`forget`); the others follow within these seconds.
KEEP_SECONDS = 5.0
PUBLIC = "public"
_known: dict[str, tuple[float, MFI]] = {}


def forget(hostname: str | None = None) -> None:
    """Drops what is known of a host, or of all, after a change to its MFI."""
    if hostname is None:
        _known.clear()
    else:
        _known.pop(hostname, None)


def find_mfi(hostname: str) -> MFI | None:
    """The MFI that answers to `hostname`; one query at most every KEEP_SECONDS, which leaves the public schema set."""
    now = time.monotonic()
    kept = _known.get(hostname)
    if kept and now - kept[0] < KEEP_SECONDS:
        return kept[1]
    connection.set_schema_to_public()
    domain = Domain.objects.select_related("tenant").filter(domain=hostname).first()
    if domain is None or (settings.CLUSTER and not _is_made(domain.tenant)):
        _known.pop(hostname, None)
        return domain.tenant if domain else None
    _known[hostname] = (now, domain.tenant)
    mfi: MFI = domain.tenant
    return mfi


def _is_made(mfi: MFI) -> bool:
    """Whether this node has the MFI's schema yet: of one opened on another node the row arrives first."""
    return SchemaReady.objects.filter(schema_name=mfi.schema_name, node=settings.NODE).exists()


def _enter(mfi: MFI) -> None:
    """Chooses the MFI's schema.

    django-tenants keeps by which search_path the connection stands, and drops that whenever it may be another: on any
    roll-back, and when the connection is closed. `set_tenant` drops it always, so that every request would set the path
    again; where it is this MFI's already it is kept, which saves each request a round trip.
    """
    stands = connection.search_path_set_schemas
    connection.set_tenant(mfi)
    if stands == [mfi.schema_name, PUBLIC]:
        connection.search_path_set_schemas = stands


class MFIMiddleware:
    """Sets the connection's schema and the URLs from the host. Unknown hosts: 404. Suspended MFIs: 403."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        hostname = request.get_host().rsplit(":", 1)[0].lower()
        if hostname == settings.HOST:
            connection.set_schema_to_public()
            request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
            set_urlconf(settings.PUBLIC_SCHEMA_URLCONF)
            request.tenant = None  # type: ignore[attr-defined]
            return self.get_response(request)
        mfi = find_mfi(hostname)
        if mfi is None or mfi.status == MFI.Status.SUSPENDED:
            connection.set_schema_to_public()
        if mfi is None:
            return problem(request, 404, "Not found", f"No institution answers at {hostname}.")
        if mfi.status == MFI.Status.SUSPENDED:
            return problem(
                request,
                403,
                f"{mfi.name} is suspended",
                "Its pages are closed for now. Its records are safe. Ask Letsema's operator what to do.",
            )
        if settings.CLUSTER and hostname not in _known:
            return problem(request, 503, f"{mfi.name} is being set up here", "Try again in a minute.")
        request.tenant = mfi  # type: ignore[attr-defined]
        _enter(mfi)
        set_urlconf(settings.ROOT_URLCONF)
        return self.get_response(request)
