"""What the pages of imports say of columns and runs, in the reader's language."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from apps.users.back_office.base import status_badge
from apps.users.spreadsheets.kinds import Column
from apps.users.spreadsheets.labels import COLOURS, STATES, header_of
from apps.users.spreadsheets.models import ImportRun

register = template.Library()


@register.filter
def header(column: Column) -> str:
    """A column's heading."""
    return header_of(column)


@register.filter
def standing(run: ImportRun) -> SafeString:
    """Where a run stands, in its colour."""
    return status_badge(COLOURS[ImportRun.State(run.state)], str(STATES[run.state]))
