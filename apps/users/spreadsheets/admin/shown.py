"""What the page of a run shows, made of its record and its rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.mfis.core.actor import Actor
from apps.mfis.core.workflow import Transition
from apps.users.spreadsheets.kinds import Column, Kind, kind_named
from apps.users.spreadsheets.labels import LINES, header_of
from apps.users.spreadsheets.models import ImportRow, ImportRun
from apps.users.spreadsheets.rows import as_it_stands
from apps.users.spreadsheets.steps import differences
from apps.users.spreadsheets.workflow import DISCARD, GO_ON, PAUSE, UNDO

SHOWN = 50  # rows of each sort on the page of a run

State, Line = ImportRun.State, ImportRow.State


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell on the page: what stands in the file, what would be kept, and whether something is wrong with it."""

    stands: str
    kept: str
    is_faulty: bool

    @property
    def differs(self) -> bool:
        return bool(self.kept) and self.kept != self.stands


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row on the page, its cells under the columns that the file has."""

    number: int
    said: list[str]
    cells: list[Cell]
    state: str


def columns_shown(run: ImportRun, kind: Kind) -> list[tuple[str, Column]]:
    """Place and column of what is read of the file, in its order."""
    return [(place, kind.column(key)) for place, key in sorted(run.targets.items(), key=lambda each: int(each[0]))]


def rows_shown(run: ImportRun, lines: Iterable[ImportRow]) -> list[ShownRow]:
    columns = columns_shown(run, kind_named(run.kind_name))
    return [_shown(line, columns) for line in lines]


def _shown(line: ImportRow, columns: list[tuple[str, Column]]) -> ShownRow:
    errors, kept, cells = line.errors or {}, line.kept or {}, line.cells or {}
    said = [message for messages in errors.values() for message in messages]
    return ShownRow(
        line.number,
        [*said, *([line.note] if line.note else [])],
        [
            Cell(as_it_stands(cells.get(place)), kept.get(column.key, ""), column.key in errors)
            for place, column in columns
        ],
        str(LINES[line.state]),
    )


def lines_of(run: ImportRun, state: str) -> Any:
    """The rows of the sheet that is read, in a state, in their order."""
    found = ImportRow.objects.filter(run=run, sheet=run.sheet, state=state, number__gt=run.head_row)
    return found.order_by("ordinal", "number")


def steps_of(run: ImportRun) -> list[dict[str, str]]:
    """Where the run stands, on the way from the file to what was written."""
    labels = [_("File"), _("Columns"), _("Rehearsal"), _("Run"), _("Outcome")]
    at = {State.MAPPING: 1, State.REHEARSING: 2, State.REHEARSED: 2, State.RUNNING: 3, State.PAUSED: 3}.get(
        State(run.state), 4
    )
    return [{"label": label, "state": "done" if n < at else "now" if n == at else ""} for n, label in enumerate(labels)]


def totals_shown(run: ImportRun) -> list[dict[str, str]]:
    """Each control total: of the file, and the person's own."""
    kind = kind_named(run.kind_name)
    return [
        {"label": header_of(kind.column(key)), "file": total, "own": run.expected.get(key, "")}
        for key, total in run.totals.items()
    ]


def groups_shown(run: ImportRun) -> list[dict[str, Any]]:
    """The rows that a person looks at, in groups; the faulty ones first."""
    wanted = [Line.FAULTY, Line.REFUSED, Line.STAYED, Line.WAITING, Line.PASSED, Line.LEFT_OUT]
    if run.state in (State.MAPPING, State.REHEARSING, State.DISCARDED):
        return []
    if run.state != State.REHEARSED:
        wanted.remove(Line.WAITING)
    groups = []
    for state in wanted:
        rows = rows_shown(run, lines_of(run, state)[:SHOWN])
        if rows:
            groups.append(
                {"label": str(LINES[state]), "rows": rows, "state": state.value, "is_said": state != "waiting"}
            )
    return groups


def tools_of(run: ImportRun, kind: Kind, actor: Actor) -> list[dict[str, str]]:
    """The buttons of a run's page: the steps that may be taken now, but for those the page itself has forms for."""
    steps = [step for step in (PAUSE, GO_ON, UNDO, DISCARD) if run.state in step.sources and actor.may(step.duty)]
    return [
        {"label": _(step.label), "style": step.style, "url": reverse("admin:imports_step", args=[run.pk, step.name])}
        for step in steps
        if step is not UNDO or _can_undo(run, kind)
    ]


def _can_undo(run: ImportRun, kind: Kind) -> bool:
    if not kind.can_undo or run.emptied_at or not run.inserted + run.updated:
        return False
    return run.state != State.UNDONE or run.stayed > 0


def percent_of(run: ImportRun) -> int:
    """How much of the present step is done."""
    whole = {State.REHEARSING: run.rows, State.RUNNING: run.good, State.PAUSED: run.good}.get(State(run.state))
    if whole is None:
        whole = run.inserted + run.updated
    return min(100, run.handled * 100 // whole) if whole else 0


def page_of(run: ImportRun, kind: Kind) -> dict[str, Any]:
    """All that the page of a run shows."""
    return {
        "run": run,
        "kind": kind,
        "steps": steps_of(run),
        "totals": totals_shown(run),
        "differences": differences(run) if run.state == State.REHEARSED else [],
        "groups": groups_shown(run),
        "columns": [header_of(column) for _, column in columns_shown(run, kind)],
        "is_at_work": run.state in ImportRun.AT_WORK,
        "percent": percent_of(run),
    }


def explained(step: Transition) -> str:
    return _(step.explanation) if step.explanation else ""
