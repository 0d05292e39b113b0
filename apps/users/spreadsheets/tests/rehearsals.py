"""Imports as tests need them: rows in, and what became of each."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apps.mfis.core.actor import SYSTEM, Actor
from apps.users.spreadsheets.files.cells import Cell, cell_from
from apps.users.spreadsheets.files.reading import read_rows
from apps.users.spreadsheets.inline import rehearse_file, run_rows
from apps.users.spreadsheets.models import ImportRow, ImportRun
from apps.users.spreadsheets.services.uploads import receive_file


def _kept(content: bytes, name: str) -> Path:
    path = Path(tempfile.mkdtemp()) / name
    path.write_bytes(content)
    return path


def received(kind: str, content: bytes, *, actor: Actor = SYSTEM, name: str = "rows.csv") -> ImportRun:
    """A run whose columns are still to be chosen."""
    return receive_file(kind_name=kind, path=_kept(content, name), file_name=name, actor=actor)


def rehearsed(
    kind: str, content: bytes, *, actor: Actor = SYSTEM, name: str = "rows.csv", **settings: Any
) -> ImportRun:
    """A rehearsed run, in the schema in which the connection stands; `settings` are those of `map_columns`."""
    return rehearse_file(kind, _kept(content, name), actor=actor, **settings)


def imported(kind: str, content: bytes, *, actor: Actor = SYSTEM, **settings: Any) -> ImportRun:
    """A run that is over, its faulty rows left out."""
    return run_rows(rehearsed(kind, content, actor=actor, **settings), actor=actor, leaves_out_faulty=True)


def rows_in(run: ImportRun, state: str) -> list[ImportRow]:
    """The rows of a run that stand in a state: "waiting" are the good ones before it runs."""
    return list(run.lines.filter(state=state, sheet=run.sheet, number__gt=run.head_row).order_by("number"))


def errors_of(run: ImportRun) -> dict[int, dict[str, list[str]]]:
    """The faults of each faulty row, by its number."""
    return {row.number: row.errors or {} for row in rows_in(run, "faulty")}


@dataclass(slots=True)
class Sheet:
    """A sheet with all of its cells, by row and column."""

    name: str
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    note: str = ""


def read_sheets(content: bytes) -> list[Sheet]:
    """What the reading process tells of a file."""
    found: dict[int, Sheet] = {}
    reads = {}
    for read, number, said in read_rows(_kept(content, "rows")):
        sheet = found.setdefault(read.place, Sheet(read.name))
        if number:
            sheet.rows[number] = {int(place): cell_from(cell) for place, cell in json.loads(said).items()}
        reads[read.place] = read
    for place, read in reads.items():  # known once the sheet is over
        found[place].note, found[place].merged = read.note, read.merged
    return list(found.values())
