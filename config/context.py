"""What every page knows about the MFI it belongs to."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from apps.mfis.core.database import connection
from apps.mfis.tenancy.colours import readable
from apps.mfis.tenancy.models import MFI


def branding(request: HttpRequest) -> dict[str, Any]:
    """`mfi` (None on the public site), its colour, and the host's name."""
    mfi = getattr(request, "tenant", None)
    is_mfi = isinstance(mfi, MFI) and connection.schema_name != "public"
    return {
        "mfi": mfi if is_mfi else None,
        "brand_name": mfi.name if is_mfi and mfi else "Letsema",
        "brand_colour": readable(mfi.brand_colour) if is_mfi and mfi else "#0f5c4a",
        "letsema_host": settings.HOST,
    }
