"""The button of a list page that leads to the import of what it lists."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.users.back_office.requests import staff_of
from apps.users.spreadsheets.access import may_import
from apps.users.spreadsheets.kinds import kind_named


def import_tools(request: HttpRequest, *names: str) -> list[dict[str, str]]:
    """A button for each of these kinds that the person imports here."""
    kinds = [kind for name in names if may_import(kind := kind_named(name), staff_of(request).actor)]
    label = _("Import")
    return [
        {
            "label": f"{label}: {kind.noun}" if len(kinds) > 1 else label,
            "icon": "fas fa-upload",
            "url": reverse("admin:imports_upload", args=[kind.name]),
        }
        for kind in kinds
    ]


class ImportsRows:
    """Adds the button to a list page."""

    import_kinds: ClassVar[tuple[str, ...]] = ()

    def list_tools(self, request: HttpRequest) -> list[dict[str, str]]:
        before: Any = super()
        return [*before.list_tools(request), *import_tools(request, *self.import_kinds)]
