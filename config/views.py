"""The first page of each site."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.template.response import TemplateResponse
from django.templatetags.static import static

from apps.mfis.core.roles import Role
from apps.mfis.tenancy.addresses import mfi_url
from apps.mfis.tenancy.models import MFI
from apps.users.accounts.languages import Language
from apps.users.accounts.models import Account
from config.context import branding


def landing(request: HttpRequest) -> HttpResponse:
    """localhost:8000: what this is, and where each institution's people sign in."""
    mfis = MFI.objects.filter(status__in=[MFI.Status.ACTIVE, MFI.Status.CLOSING]).order_by("name")[:100]
    context = {"title": "Letsema", "mfis": [(m.name, mfi_url(m)) for m in mfis]}
    return TemplateResponse(request, "letsema/landing.html", context)


@lru_cache(maxsize=1)
def _built() -> dict[str, dict[str, Any]]:
    """The portal's built files, by Vite's manifest."""
    manifest = Path(settings.ROOT) / "portal" / "dist" / ".vite" / "manifest.json"
    built: dict[str, dict[str, Any]] = json.loads(manifest.read_text(encoding="utf-8"))
    return built


def _address(file: str) -> str:
    # As Vite names it, hash and all: a second hash, and what is imported by its first name would be loaded twice.
    return f"{settings.STATIC_URL}portal/{file}"


def _page(request: HttpRequest, language: str, account: Account | None, *, is_kept: bool = False) -> HttpResponse:
    entry, words = _built()["index.html"], _built()[f"src/locales/{language}.po"]
    context = {
        "script": _address(entry["file"]),
        "styles": [_address(file) for file in entry.get("css", [])],
        "preloads": [_address(words["file"]), *(_address(_built()[key]["file"]) for key in entry.get("imports", []))],
        "language": language,
        "is_kept": is_kept,
        # What `GET session` answers, so that the first page waits for one round trip less.
        "account": account.pk if account else "",
        "csrf": "" if is_kept else get_token(request),
    }
    return TemplateResponse(request, "letsema/portal.html", context)


def portal(request: HttpRequest) -> HttpResponse:
    """[tenant].localhost:8000: the borrowers' portal, in the account's language, else in the one chosen before."""
    user = request.user
    account = user if isinstance(user, Account) and user.role == Role.BORROWER else None
    language = Language.of(account.language if account else request.COOKIES.get("letsema_language", ""))
    response = _page(request, language.value, account)
    response["Cache-Control"] = "private, no-cache"
    return response


def shell(request: HttpRequest) -> HttpResponse:
    """The portal as the phone keeps it for times without a connection: it says nothing of anybody."""
    return _page(request, Language.ENGLISH.value, None, is_kept=True)


def service_worker(request: HttpRequest) -> HttpResponse:
    """Keeps the portal for times without a connection. At the root, as such a script serves only what lies below it."""
    script = (Path(settings.ROOT) / "portal" / "dist" / "sw.js").read_text(encoding="utf-8")
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


def manifest(request: HttpRequest) -> JsonResponse:
    """What a phone needs to put the MFI's portal among its apps."""
    brand = branding(request)
    return JsonResponse(
        {
            "name": brand["brand_name"],
            "short_name": brand["brand_name"][:12],
            "start_url": "/",
            "display": "standalone",
            "background_color": "#f5f8f6",
            "theme_color": brand["brand_colour"],
            "icons": [
                {"src": static("letsema/icon-192.png"), "sizes": "192x192", "type": "image/png"},
                {"src": static("letsema/icon-512.png"), "sizes": "512x512", "type": "image/png"},
                {"src": static("letsema/icon.svg"), "sizes": "any", "type": "image/svg+xml"},
            ],
        },
        content_type="application/manifest+json",
    )
