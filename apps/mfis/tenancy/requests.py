"""A request with the MFI whose address it was sent to."""

from __future__ import annotations

from django.http import HttpRequest

from apps.mfis.tenancy.models import MFI


class TenantRequest(HttpRequest):
    """What the middleware hands on: `tenant` is the MFI that answers to the host name."""

    tenant: MFI
