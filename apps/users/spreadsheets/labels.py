"""What pages and templates call columns, modes and states, in the reader's language."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.users.spreadsheets.kinds import Column, Does, Mode
from apps.users.spreadsheets.models import ImportRow, ImportRun

MODES: dict[str, Promise] = {
    Mode.INSERT: _("Add what is new; pass over what is there already"),
    Mode.UPDATE: _("Change what is there; what is not there is a fault"),
    Mode.UPSERT: _("Add what is new, and change what is there"),
}

State, Line = ImportRun.State, ImportRow.State

STATES: dict[str, Promise] = {
    State.MAPPING: _("Waits for its columns"),
    State.REHEARSING: _("Is rehearsed"),
    State.REHEARSED: _("Waits to be run"),
    State.RUNNING: _("Runs"),
    State.PAUSED: _("Paused"),
    State.DONE: _("Done"),
    State.UNDOING: _("Is taken back"),
    State.UNDONE: _("Taken back"),
    State.DISCARDED: _("Discarded"),
}

LINES: dict[str, Promise] = {
    Line.WAITING: _("Good"),
    Line.FAULTY: _("Faulty"),
    Line.PASSED: _("Nothing to do"),
    Line.DONE: _("Written"),
    Line.REFUSED: _("Refused"),
    Line.UNDONE: _("Taken back"),
    Line.STAYED: _("Stayed"),
    Line.LEFT_OUT: _("Left out: headings and totals"),
}

DOES: dict[str, Promise] = {Does.INSERT: _("added"), Does.UPDATE: _("changed")}

# The colour of a state, among those that the status badges have.
COLOURS = {
    State.MAPPING: "waiting",
    State.REHEARSING: "submitted",
    State.REHEARSED: "waiting",
    State.RUNNING: "submitted",
    State.PAUSED: "suspended",
    State.DONE: "active",
    State.UNDOING: "submitted",
    State.UNDONE: "closed",
    State.DISCARDED: "closed",
}


def header_of(column: Column) -> str:
    """A column's heading in the reader's language."""
    return column.header_st if get_language() == "st" and column.header_st else column.header
