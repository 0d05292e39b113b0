"""Cells and sheets as every kind of file gives them. Nothing here needs Django: the reading process loads it too."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

MAXIMUM_ROWS = 20_000
MAXIMUM_TEXT = 20_000_000  # characters in all cells
LONGEST_CELL = 32_767  # characters; Excel's own limit

UNKNOWN_FORMAT = "?"  # the kind of file does not tell how a number is shown


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"  # a time of day, alone or with a date, or a length of time
    BOOLEAN = "boolean"
    ERROR = "error"  # #N/A and the like, and a formula whose result was not kept


@dataclass(frozen=True, slots=True)
class Cell:
    """A filled cell: its text (a number with all of its digits, a date as 1990-05-27), and the format of a number."""

    kind: Kind
    text: str
    format: str = ""


@dataclass(slots=True)
class Sheet:
    """The filled cells by row and column, counted from 1, and the ranges (top, left, bottom, right) that are merged.

    `note` says what was taken for granted in reading it.
    """

    name: str
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    note: str = ""
    length: int = 0  # characters

    def put(self, row: int, column: int, cell: Cell | None) -> None:
        """Adds a cell.

        Raises:
            UnreadableFile: it is too long, or the sheet becomes so.
        """
        if cell is None:
            return
        self.rows.setdefault(row, {})[column] = cell
        self.length += len(cell.text)
        if len(cell.text) > LONGEST_CELL:
            raise UnreadableFile(
                f"Cell {letters(column)}{row} holds more than {LONGEST_CELL:,} characters; shorten it or leave it out."
            )
        if len(self.rows) > MAXIMUM_ROWS + 100:  # some stand above the head
            raise UnreadableFile(f"The file has more than {MAXIMUM_ROWS:,} rows; split it.")
        if self.length > MAXIMUM_TEXT:
            raise UnreadableFile(f"The file has more than {MAXIMUM_TEXT:,} characters; split it.")

    def as_json(self) -> dict[str, Any]:
        rows = [[n, [[c, x.kind, x.text, x.format] for c, x in cells.items()]] for n, cells in self.rows.items()]
        return {"name": self.name, "rows": rows, "merged": self.merged, "note": self.note}

    @classmethod
    def from_json(cls, said: dict[str, Any]) -> Sheet:
        rows = {n: {c: Cell(Kind(kind), *rest) for c, kind, *rest in cells} for n, cells in said["rows"]}
        return cls(said["name"], rows, [tuple(area) for area in said["merged"]], said["note"])


class UnreadableFile(Exception):
    """The file cannot be read; the sentence says why, and what to do."""


def cell_of(value: object, number_format: str = "") -> Cell | None:
    """The cell of a value as libraries read it; None where nothing stands in it."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, bool):
        return Cell(Kind.BOOLEAN, "TRUE" if value else "FALSE")
    if isinstance(value, int | float):
        return Cell(Kind.NUMBER, digits(value), number_format)
    if isinstance(value, datetime) and value.time() != time():
        return Cell(Kind.TIME, value.isoformat(" ", "seconds"))
    if isinstance(value, date):
        return Cell(Kind.DATE, f"{value:%Y-%m-%d}")
    if isinstance(value, time | timedelta):
        return Cell(Kind.TIME, str(value))
    return Cell(Kind.ERROR if value in ERRORS else Kind.TEXT, str(value))


ERRORS = frozenset(
    {
        "#N/A",
        "#REF!",
        "#VALUE!",
        "#NAME?",
        "#DIV/0!",
        "#NUM!",
        "#NULL!",
        "#SPILL!",
        "#CALC!",
        "#GETTING_DATA",
        "Err:502",
    }
)


def digits(number: int | float) -> str:
    """A number in plain digits, to the fifteen that spreadsheets hold: 0.1 + 0.2 is 0.3."""
    return str(number) if isinstance(number, int) else f"{Decimal(f'{number:.15g}').normalize():f}"


def letters(column: int) -> str:
    """The letters of a column counted from 1: A, B … Z, AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
