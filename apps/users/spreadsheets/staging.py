"""A file's rows on their way into the database: read by the child process, kept as they come, none held in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from apps.mfis.core.errors import InvalidInput
from apps.mfis.core.texts import shown
from apps.users.spreadsheets.files.cells import Spoken
from apps.users.spreadsheets.files.reading import SheetRead, read_rows
from apps.users.spreadsheets.heads import HEAD_WITHIN, MOST_MERGED, SheetSeen
from apps.users.spreadsheets.queries import stage

MOST_NAMED = 5  # hidden sheets in a sentence
LONGEST_FIRST = 200  # characters of a cell by which a person chooses


def stage_file(run_id: UUID, path: Path) -> list[SheetSeen]:
    """Keeps the rows of all visible sheets of a file. Returns what is to be known of each sheet.

    Raises:
        InvalidInput: it cannot be read, is empty, or has too many merged ranges.
    """
    seen: list[SheetSeen] = []
    reads: list[SheetRead] = []
    stage(run_id, _rows(path, seen, reads))
    for sheet, read in zip(seen, reads, strict=True):
        sheet.merged, sheet.note, sheet.spellings = list(read.merged), read.note, read.spellings
    hidden = _said_of_hidden(reads[-1].hidden if reads else [])
    if not any(sheet.rows for sheet in seen):
        raise InvalidInput(f"The file is empty. {hidden}".strip(), field="import_file")
    for sheet in seen:
        sheet.note = f"{sheet.note} {hidden}".strip()
    return seen


def _said_of_hidden(names: list[str]) -> str:
    if not names:
        return ""
    told = ", ".join(f"“{shown(name, 40)}”" for name in names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")
    which = f"Sheets that are hidden are not read: {told}" if len(names) > 1 else f"The hidden sheet {told} is not read"
    return f"{which}; show what is meant, and save the file anew."


def check_merged(sheet: SheetSeen) -> None:
    """Refuses a sheet in which more is merged than can be told row by row.

    Raises:
        InvalidInput: saying so.
    """
    if len(sheet.merged) > MOST_MERGED:
        raise InvalidInput(
            f"More than {MOST_MERGED} ranges of cells are merged; part them, and write each row's own value.",
            field="import_file",
        )


def _rows(path: Path, seen: list[SheetSeen], reads: list[SheetRead]) -> Iterator[tuple[int, int, str]]:
    for read, number, cells in read_rows(path):
        if len(reads) <= read.place:
            seen.append(SheetSeen(read.name))
            reads.append(read)
        if not number:
            continue
        sheet = seen[read.place]
        sheet.rows += 1
        if len(sheet.first) < HEAD_WITHIN:
            found: dict[str, Spoken] = json.loads(cells)
            sheet.first.append((number, {int(place): _cut(cell) for place, cell in found.items()}))
        yield read.place, number, cells


def _cut(cell: Spoken) -> Spoken:
    return cell[:LONGEST_FIRST] if isinstance(cell, str) else [cell[0], cell[1][:LONGEST_FIRST], cell[2]]
