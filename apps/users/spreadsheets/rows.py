"""Rows as they are kept of a file, read under the columns that were chosen for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from apps.mfis.core.texts import shown
from apps.users.spreadsheets.dates import date_of_number
from apps.users.spreadsheets.files.cells import Cell, Kind, Spoken, cell_from, letters
from apps.users.spreadsheets.kinds import Column, Row, plain
from apps.users.spreadsheets.readings import of_column, reader_of
from apps.users.spreadsheets.values import Holds, text_of

LONGEST_SHOWN = 200


class RowReader:
    """Reads the rows of one sheet: `columns` by place, the places that its head names, and what was said once of a
    whole column."""

    def __init__(
        self,
        columns: Mapping[int, Column],
        named: set[int],
        merged: Sequence[Sequence[int]],
        readings: Mapping[str, str] | None = None,
        today: date | None = None,
    ) -> None:
        self.said = {column.key: of_column(readings or {}, column.key) for column in columns.values()}
        self.readers = {
            column.key: reader_of(column.holds, self.said[column.key], today) for column in columns.values()
        }
        self.columns = [(str(place), column) for place, column in columns.items()]
        self.named = {str(place) for place in named}
        self.merged = [(area, key) for area in merged if (key := self._first_within(columns, area))]
        self.choices = {column.key: _choices(column) for column in columns.values() if column.choices}
        self.known: dict[tuple[str, str], Any] = {}

    @staticmethod
    def _first_within(columns: Mapping[int, Column], area: Sequence[int]) -> str:
        return next((column.key for place, column in columns.items() if area[1] <= place <= area[3]), "")

    def read(self, number: int, cells: Mapping[str, Spoken]) -> Row:
        """The row with what its cells say; what they cannot say is among its errors."""
        row = Row(number, {}, {})
        for place, column in self.columns:
            said = cells.get(place)
            if said is None:
                row.cells[column.key], row.values[column.key] = "", None
            else:
                self._read_cell(row, column, said)
        if not self.named.issuperset(cells):
            _fail_strays(row, cells, self.named)
        for area, key in self.merged:
            if area[0] <= number <= area[2]:
                where = f"{letters(area[1])}{area[0]}:{letters(area[3])}{area[2]}"
                row.fail(key, f"The cells {where} are merged; part them, and write each row's own value.")
        return row

    def _read_cell(self, row: Row, column: Column, said: Spoken) -> None:
        key = column.key
        row.cells[key], row.values[key] = "", None
        try:
            if isinstance(said, str) and said.isascii() and said.isprintable() and column.holds is Holds.TEXT:
                text = said.strip()  # as `text_of` would have it
            else:
                text = self._text(column, cell_from(said))
            row.cells[key] = text
            row.values[key] = self._value(column, text)
        except ValueError as error:
            row.fail(key, str(error))

    def _text(self, column: Column, cell: Cell) -> str:
        if cell.kind is Kind.NUMBER and column.holds is Holds.DATE:
            return date_of_number(cell.text, column.header, self.said[column.key].get("serials", ""))
        return text_of(cell, column.holds, column.header)

    def _value(self, column: Column, text: str) -> Any:
        if column.key in self.choices:
            return self._choice(column, text)
        if column.holds in _TEXTS:
            return text or None
        known = self.known.get((column.key, text), self)
        if known is not self:
            return known
        value = self.readers[column.key](text)
        if len(self.known) < MOST_KNOWN:
            self.known[column.key, text] = value
        return value

    def _choice(self, column: Column, text: str) -> str | None:
        if not text:
            return None
        value = self.choices[column.key].get(plain(text))
        if value is None:
            allowed = ", ".join(str(label) for label in (column.choices or {}).values())
            raise ValueError(f"“{shown(text)}” is none of what {column.header} may be; write one of {allowed}.")
        return value


MOST_KNOWN = 20_000
_TEXTS = frozenset({Holds.TEXT, Holds.PARAGRAPH, Holds.DIGITS, Holds.PHONE})


def _choices(column: Column) -> dict[str, str]:
    choices = column.choices or {}
    words = {plain(word): value for word, value in (column.words or {}).items()}
    return (
        words | {plain(label): value for value, label in choices.items()} | {plain(value): value for value in choices}
    )


def _fail_strays(row: Row, cells: Mapping[str, Spoken], named: set[str]) -> None:
    """A cell that has no heading above it is said, not dropped: rows that are longer than the head are shifted."""
    for place, said in cells.items():
        if place not in named:
            text = said if isinstance(said, str) else said[1]
            where = f"{letters(int(place))}{row.number}"
            row.fail("", f"Cell {where} holds “{shown(text, 40)}” under no heading; name the column, or empty it.")


def as_it_stands(said: Spoken | None) -> str:
    """What the file shows in a cell, as a page may show it."""
    if said is None:
        return ""
    return shown(said if isinstance(said, str) else said[1], LONGEST_SHOWN)
