"""Spreadsheets as operators send them: the sheet and the head are found, and every row is read under its columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from apps.mfis.core.errors import InvalidInput
from apps.mfis.core.texts import shown
from apps.users.spreadsheets.files.cells import MAXIMUM_ROWS, Cell, Sheet, letters
from apps.users.spreadsheets.files.reading import read_sheets
from apps.users.spreadsheets.values import Holds, text_of

MAXIMUM_BYTES = 5 * 1024 * 1024
MOST_MERGED = 200

HEAD_WITHIN = 20  # rows from the top that may stand above the head: a title, a date


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an import: its key, the header people write, whether it must be there, and what it holds."""

    key: str
    header: str
    required: bool = False
    also: tuple[str, ...] = ()
    holds: Holds = Holds.TEXT

    def matches(self, text: str) -> bool:
        return _plain(text) in {_plain(self.key), _plain(self.header), *map(_plain, self.also)}


@dataclass(slots=True)
class Row:
    """One row: its number as the spreadsheet shows it, what stands in it and what that says, by column, and its faults.

    `cells` has every column that the file has, empty where the row says nothing; `stands` has what the file shows.
    """

    number: int
    cells: dict[str, str]
    errors: dict[str, list[str]] = field(default_factory=dict)
    note: str = ""  # why a good row needs nothing done
    ready: Any = None
    stands: dict[str, str] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)  # what a good row would be kept as

    @property
    def is_good(self) -> bool:
        return not self.errors and not self.note

    def fail(self, key: str, message: str) -> None:
        self.errors.setdefault(key, []).append(message)

    def fail_all(self, errors: dict[str, list[str]]) -> None:
        """Adds what a service would refuse, by field; what is wrong with a cell already is not said again."""
        for key, messages in errors.items():
            if key not in self.errors:
                self.errors[key] = list(messages)


@dataclass(frozen=True, slots=True)
class ReadTable:
    """What was read: the columns that the file has, in its order, its rows, and what has to be said of the whole."""

    columns: list[Column]
    rows: list[Row]
    notes: list[str]


def read_table(content: bytes, columns: list[Column]) -> ReadTable:
    """The rows of a spreadsheet; empty rows are passed over.

    Raises:
        InvalidInput: not a spreadsheet, too large, no head that fits, or two of them.
    """
    if len(content) > MAXIMUM_BYTES:
        raise _refused(f"The file has more than {MAXIMUM_BYTES // 1024 // 1024} MB; split it.")
    sheets = [sheet for sheet in read_sheets(content) if sheet.rows]
    if not sheets:
        raise _refused("The file is empty.")
    sheet, head = _find_head(sheets, columns)
    positions = _positions(sheet.rows[head], columns)
    body = {number: cells for number, cells in sorted(sheet.rows.items()) if number > head}
    if len(body) > MAXIMUM_ROWS:
        raise _refused(f"The file has more than {MAXIMUM_ROWS:,} rows; split it.")
    rows = [_row(number, cells, positions) for number, cells in body.items()]
    _fail_strays(sheet, head, rows)
    _fail_merged(sheet, positions, rows)
    notes = [sheet.note] if sheet.note else []
    if len(sheets) > 1:
        notes.append(f"Of {len(sheets)} sheets “{shown(sheet.name)}” is read, as its head names the columns.")
    return ReadTable(list(positions.values()), rows, [*notes, *_left_out(sheet.rows[head], positions)])


def _find_head(sheets: list[Sheet], columns: list[Column]) -> tuple[Sheet, int]:
    """The sheet and the row that name every column which must be there.

    Raises:
        InvalidInput: there is none, or sheets are too many.
    """
    heads = [(sheet, row) for sheet in sheets if (row := _head_of(sheet, columns))]
    if len(heads) == 1:
        return heads[0]
    if heads:
        names = " and ".join(f"“{shown(sheet.name)}”" for sheet, _ in heads)
        raise _refused(f"The sheets {names} both have a head; leave the one that is meant.")
    missing = min((_missing(cells, columns) for sheet in sheets for cells in _first_rows(sheet)), key=len)
    raise _refused(
        f"The first row must name the columns; missing: {', '.join(missing)}. "
        f"Known columns: {', '.join(column.header for column in columns)}."
    )


def _head_of(sheet: Sheet, columns: list[Column]) -> int:
    """The number of the first row that is a head; 0 where none is."""
    return next((n for n in sorted(sheet.rows)[:HEAD_WITHIN] if not _missing(sheet.rows[n], columns)), 0)


def _first_rows(sheet: Sheet) -> Iterator[dict[int, Cell]]:
    return (sheet.rows[number] for number in sorted(sheet.rows)[:HEAD_WITHIN])


def _missing(cells: dict[int, Cell], columns: list[Column]) -> list[str]:
    texts = [cell.text for cell in cells.values()]
    return [c.header for c in columns if c.required and not any(map(c.matches, texts))]


def _positions(head: dict[int, Cell], columns: list[Column]) -> dict[int, Column]:
    """The column that stands at each place.

    Raises:
        InvalidInput: two places are named as the same one.
    """
    positions = {}
    for place, cell in sorted(head.items()):
        column = next((column for column in columns if column.matches(cell.text)), None)
        if column:
            positions[place] = column
    for column, count in Counter(positions.values()).items():
        if count > 1:
            raise _refused(f"{count} columns are named “{column.header}”; leave one, and name the others otherwise.")
    return positions


def _left_out(head: dict[int, Cell], positions: dict[int, Column]) -> list[str]:
    unknown = [f"“{shown(cell.text)}” ({letters(place)})" for place, cell in head.items() if place not in positions]
    return [f"Nothing takes what stands under {', '.join(unknown)}; it is left out."] if unknown else []


def _row(number: int, cells: dict[int, Cell], positions: dict[int, Column]) -> Row:
    row = Row(number, {})
    for place, column in positions.items():
        cell = cells.get(place)
        row.stands[column.key] = _as_it_stands(cell) if cell else ""
        try:
            row.cells[column.key] = text_of(cell, column.holds, column.header) if cell else ""
        except ValueError as error:
            row.cells[column.key] = ""
            row.fail(column.key, str(error))
    return row


def _as_it_stands(cell: Cell) -> str:
    return shown(cell.text, 200)


def _fail_strays(sheet: Sheet, head: int, rows: list[Row]) -> None:
    """A cell that has no heading above it is said, not dropped: rows that are longer than the head are shifted."""
    named = sheet.rows[head]
    for row in rows:
        for place, cell in sheet.rows[row.number].items():
            if place not in named:
                where = f"{letters(place)}{row.number}"
                row.fail(
                    "", f"Cell {where} holds “{shown(cell.text, 40)}” under no heading; name the column, or empty it."
                )


def _fail_merged(sheet: Sheet, positions: dict[int, Column], rows: list[Row]) -> None:
    """A value of merged cells stands in the first alone: whose it is besides would be guessed."""
    if len(sheet.merged) > MOST_MERGED:
        raise _refused(
            f"More than {MOST_MERGED} ranges of cells are merged; part them, and write each row's own value."
        )
    for top, left, bottom, right in sheet.merged:
        where = f"{letters(left)}{top}:{letters(right)}{bottom}"
        keys = [column.key for place, column in positions.items() if left <= place <= right][:1]
        for row, key in ((row, key) for row in rows for key in keys if top <= row.number <= bottom):
            row.fail(key, f"The cells {where} are merged; part them, and write each row's own value.")


def _plain(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


def _refused(sentence: str) -> InvalidInput:
    return InvalidInput(sentence, field="import_file")
