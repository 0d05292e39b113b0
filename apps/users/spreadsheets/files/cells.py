"""Cells and sheets as every kind of file gives them. Nothing here needs Django: the reading process loads it too."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum

MAXIMUM_ROWS = 200_000  # of all sheets
MAXIMUM_CELLS = 4_000_000
MAXIMUM_TEXT = 100_000_000  # characters in all cells
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


Spoken = str | list[str]  # a cell on its way: a text alone, or kind, text and format


def spoken(cell: Cell) -> Spoken:
    return cell.text if cell.kind is Kind.TEXT else [cell.kind.value, cell.text, cell.format]


def cell_from(said: Spoken) -> Cell:
    return Cell(Kind.TEXT, said) if isinstance(said, str) else Cell(Kind(said[0]), said[1], said[2])


Area = tuple[int, int, int, int]  # top, left, bottom, right


class Sink(ABC):
    """Takes what a reader finds, row by row, so that no file is in memory twice. Rows and columns count from 1."""

    def __init__(self) -> None:
        self.rows = self.cells = self.length = 0
        self.lone: set[int] = set()  # rows of the present sheet in which one cell alone is filled
        self.hidden: list[str] = []  # sheets that are not read

    def put(self, number: int, cells: dict[int, Cell]) -> None:
        """Takes a row; one without a filled cell is none.

        Raises:
            UnreadableFile: a cell is too long, or the file becomes so.
        """
        if not cells:
            return
        self.rows += 1
        self.cells += len(cells)
        if len(cells) == 1:
            self.lone.add(number)
        for column, cell in cells.items():
            self.length += len(cell.text)
            if len(cell.text) > LONGEST_CELL:
                where = f"{letters(column)}{number}"
                raise UnreadableFile(
                    f"Cell {where} holds more than {LONGEST_CELL:,} characters; shorten it or leave it out."
                )
        self._check()
        self.row(number, cells)

    def _check(self) -> None:
        for counted, maximum, what in (
            (self.rows, MAXIMUM_ROWS + 100, "rows"),  # some stand above the head
            (self.cells, MAXIMUM_CELLS, "cells"),
            (self.length, MAXIMUM_TEXT, "characters"),
        ):
            if counted > maximum:
                said = MAXIMUM_ROWS if what == "rows" else maximum
                raise UnreadableFile(f"The file has more than {said:,} {what}; split it.")

    @abstractmethod
    def begin(self, name: str) -> None:
        """A sheet begins."""

    @abstractmethod
    def row(self, number: int, cells: dict[int, Cell]) -> None:
        """A row that has filled cells."""

    def parting(self, merged: list[Area]) -> list[Area]:
        """The merged ranges that hide something: one across a row in which nothing else stands is a heading's."""
        return [area for area in merged if area[0] != area[2] or area[0] not in self.lone]

    @abstractmethod
    def end(self, merged: list[Area], note: str = "") -> None:
        """The sheet is over: its merged ranges, and what was taken for granted in reading it."""


class UnreadableFile(Exception):
    """The file cannot be read; the sentence says why, and what to do."""


_WRITTEN_AS_TEXT = re.compile(r"^'(?=\s*[=+\-@＝＋－＠\t])")  # our own exports, and what people type


def plain_text(value: str) -> str:
    """A cell's text without the apostrophe by which it was kept from being a formula."""
    return _WRITTEN_AS_TEXT.sub("", value, count=1) if value[:1] == "'" else value


def cell_of(value: object, number_format: str = "") -> Cell | None:
    """The cell of a value as libraries read it; None where nothing stands in it."""
    if type(value) is str:
        if not value or value.isspace():
            return None
        return Cell(Kind.ERROR if value in ERRORS else Kind.TEXT, value)
    if value is None:
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
    return Cell(Kind.TEXT, str(value))


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
