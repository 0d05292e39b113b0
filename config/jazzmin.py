"""Jazzmin has one settings mapping for all sites; this one chooses by the schema of the request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

COMMON: dict[str, Any] = {
    "site_logo": "letsema/mark.svg",
    "login_logo": "letsema/mark.svg",
    "site_icon": "letsema/icon.svg",
    "site_logo_classes": "",
    "copyright": "Letsema",
    "use_google_fonts_cdn": False,
    "show_ui_builder": False,
    "show_sidebar": True,
    "navigation_expanded": True,
    "changeform_format": "single",
    "related_modal_active": False,
    "show_theme_chooser": False,
    "hide_models": [],
    "hide_apps": [],
    "icons": {
        "mfis.mfi": "fas fa-landmark",
        "mfis.directoryentry": "fas fa-users",
        "users.account": "fas fa-user-shield",
        "users.apitoken": "fas fa-key",
        "loans.loan": "fas fa-hand-holding-usd",
        "loans.product": "fas fa-tags",
        "loans.paymentnotice": "fas fa-bell",
        "users.borrowerprofile": "fas fa-users",
    },
}


class JazzminSettings(Mapping[str, Any]):
    """Title, header, brand and search of the site that the request's schema belongs to."""

    def _current(self) -> dict[str, Any]:
        from django.db import connection

        name = str(getattr(getattr(connection, "tenant", None), "name", "") or "Letsema")
        public = getattr(connection, "schema_name", "public") == "public"
        return COMMON | {
            "site_title": name,
            "site_header": name,
            "site_brand": name,
            "welcome_sign": f"Sign in to {name}",
            "search_model": ["mfis.directoryentry"] if public else ["loans.loan"],
        }

    def __getitem__(self, key: str) -> Any:
        return self._current()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._current())

    def __len__(self) -> int:
        return len(self._current())

    def copy(self) -> dict[str, Any]:
        return self._current()


class JazzminTweaks(Mapping[str, Any]):
    """One light look for both sites; the colours are in letsema/base.css."""

    VALUES: dict[str, Any] = {
        "theme": "default",
        "navbar": "navbar-white navbar-light",
        "sidebar": "sidebar-dark-success",
        "sidebar_fixed": True,
        "body_small_text": False,
    }

    def __getitem__(self, key: str) -> Any:
        return self.VALUES[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.VALUES)

    def __len__(self) -> int:
        return len(self.VALUES)

    def copy(self) -> dict[str, Any]:
        return dict(self.VALUES)
