"""What a form asked for, as a file names it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.forms import ChoiceField, Form, ModelChoiceField
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from apps.mfis.core.database import connection


def of_lender() -> tuple[str, str]:
    """Whose the figures are, as a file's first line says it."""
    return _("Of"), str(getattr(connection.tenant, "name", ""))


def asked_of(form: Form) -> Iterator[tuple[str, str]]:
    """Label and value of each field of a valid form that says something."""
    for bound in form:
        value = form.cleaned_data.get(bound.name)
        if value not in (None, "", False):
            yield capfirst(str(bound.label)), _said(bound.field, value)


def _said(field: object, value: object) -> str:
    if value is True:
        return _("Yes")
    if isinstance(value, date):
        return date_format(value)
    if isinstance(field, ChoiceField) and not isinstance(field, ModelChoiceField):
        chosen: dict[Any, Any] = dict(field.choices)  # type: ignore[arg-type]
        return str(chosen.get(value, value))
    return str(value)
