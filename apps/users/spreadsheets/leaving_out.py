"""Leaves the rows of a run out that are no records, and compares the sums in the file with its rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal

from apps.users.spreadsheets import queries
from apps.users.spreadsheets.files.cells import Spoken, cell_from
from apps.users.spreadsheets.kinds import Column
from apps.users.spreadsheets.models import ImportRun
from apps.users.spreadsheets.outline import Outline, Read, Sums, amount_of, outline_of
from apps.users.spreadsheets.rows import RowReader
from apps.users.spreadsheets.values import Holds

NO_RECORD = {True: "a heading", False: "a total"}


def leave_out(run: ImportRun, columns: dict[int, Column], reader: RowReader) -> tuple[Outline, list[str]]:
    """Marks headings and sums as no records. Returns them, and sentences about sums that the rows do not add up to."""
    readers = {
        str(place): reader.readers[column.key] for place, column in columns.items() if column.holds is Holds.AMOUNT
    }
    others = {str(place) for place, column in columns.items() if column.holds not in (Holds.AMOUNT, Holds.COUNT)}
    few = queries.unlike_records(run.pk, run.sheet, run.head_row, list(readers), _first(run.head))
    outline = outline_of(few, run.head, readers, others)
    sums = Sums(outline, {place: columns[int(place)].header for place in readers})
    if (readers and outline.totals) or outline.unnamed:
        for number, cells in _all(run):
            sums.take(number, _amounts(cells, readers))
    for is_heading, numbers in ((True, outline.headings), (False, outline.totals)):
        queries.leave_out(run.pk, run.sheet, list(numbers), NO_RECORD[is_heading])
    return outline, sums.warnings


def _first(head: dict[str, str]) -> tuple[str, str]:
    """Place and text of the first heading."""
    return min(head.items(), key=lambda each: int(each[0]), default=("1", ""))


def _amounts(cells: dict[str, Spoken], readers: dict[str, Read]) -> dict[str, Decimal]:
    found = ((place, amount_of(cell_from(cells[place]), read)) for place, read in readers.items() if place in cells)
    return {place: amount for place, amount in found if amount is not None}


def _all(run: ImportRun) -> Iterator[tuple[int, dict[str, Spoken]]]:
    after = run.head_row
    while found := queries.rows_after(run.pk, run.sheet, after):
        yield from ((number, json.loads(cells)) for number, cells in found)
        after = found[-1][0]
