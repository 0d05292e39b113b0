"""The first page of each site."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.csrf import ensure_csrf_cookie

from apps.mfis.models import MFI


def landing(request: HttpRequest) -> HttpResponse:
    """localhost:8000: what this is, and where each institution's people sign in."""
    mfis = MFI.objects.filter(status=MFI.Status.ACTIVE).order_by("name")[:100]
    from apps.users.services.onboarding import mfi_url

    context = {"title": "Letsema", "mfis": [(m.name, mfi_url(m)) for m in mfis]}
    return TemplateResponse(request, "letsema/landing.html", context)


@lru_cache(maxsize=1)
def _entry() -> dict[str, Any]:
    """The portal's built files, by Vite's manifest."""
    manifest = Path(settings.ROOT) / "portal" / "dist" / ".vite" / "manifest.json"
    found: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))["index.html"]
    return found


@ensure_csrf_cookie
def portal(request: HttpRequest) -> HttpResponse:
    """[tenant].localhost:8000: the borrowers' portal."""
    entry = _entry()
    context = {"script": f"portal/{entry['file']}", "styles": [f"portal/{f}" for f in entry.get("css", [])]}
    return TemplateResponse(request, "letsema/portal.html", context)
