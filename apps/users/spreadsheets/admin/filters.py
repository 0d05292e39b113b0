"""What the list of imports is filtered by."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.users.back_office.requests import staff_of
from apps.users.spreadsheets.access import kinds_for
from apps.users.spreadsheets.labels import STATES
from apps.users.spreadsheets.models import ImportRun


class KindFilter(admin.SimpleListFilter):
    """By what was imported."""

    title = _("what")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.name, str(kind.noun)) for kind in kinds_for(staff_of(request).actor)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ImportRun]) -> QuerySet[ImportRun]:
        return queryset.filter(kind_name=self.value()) if self.value() else queryset


class StateFilter(admin.SimpleListFilter):
    """By where a run stands."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(state, str(label)) for state, label in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ImportRun]) -> QuerySet[ImportRun]:
        return queryset.filter(state=self.value()) if self.value() else queryset
