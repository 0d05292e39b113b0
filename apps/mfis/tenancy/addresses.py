"""Where an MFI's pages, and Letsema's own, are found."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from django.conf import settings
from django_tenants.utils import tenant_context

from apps.mfis.core.database import connection
from apps.mfis.tenancy.models import MFI


def mfi_url(mfi: MFI, path: str = "/") -> str:
    """The address of a page of `mfi`, as its people type it."""
    return _url(f"{mfi.subdomain}.{settings.HOST}", path)


def public_url(path: str = "/") -> str:
    """The address of a page of Letsema's own site."""
    return _url(settings.HOST, path)


def site_url(path: str = "/") -> str:
    """The address of a page of whoever the current schema belongs to."""
    mfi = MFI.objects.filter(schema_name=connection.schema_name).first()
    return mfi_url(mfi, path) if mfi else public_url(path)


def _url(host: str, path: str) -> str:
    if settings.SESSION_COOKIE_SECURE:
        return f"https://{host}{path}"
    port = "" if settings.PORT == 80 else f":{settings.PORT}"
    return f"http://{host}{port}{path}"


def in_schema_of(mfi: MFI | None) -> AbstractContextManager[None]:
    """A context in which the connection is in `mfi`'s schema; for None, where it is."""
    context: AbstractContextManager[None] = tenant_context(mfi) if mfi else nullcontext()
    return context
