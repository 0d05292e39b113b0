"""A table on paper: A4 pages across, drawn row by row, so that a long one takes no more memory than its pages do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import chain, islice
from typing import IO

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from apps.users.exporting.table import Percent, Table, native

PLAIN, BOLD = "Helvetica", "Helvetica-Bold"
SIZE, LEADING = 7.5, 12.0  # points
RULE = 3.6  # points below the letters
SMALLEST = 5.5  # points, to which many columns are made smaller before their texts are cut
PAGE = landscape(A4)
MARGIN, GAP = 12 * mm, 9.0
INK, QUIET, LINE, SHADE = (colors.HexColor(c) for c in ("#17231f", "#51605a", "#dfe6e2", "#f3f6f4"))
MEASURED = 200  # rows by which columns are made wide enough
WIDEST = 190.0  # points of a column


def write_pdf(file: IO[bytes], table: Table) -> None:
    """Writes the table, its title and what it was asked for on top, its totals at the end, the pages numbered."""
    rows = ([said(native(value)) for value in row] for row in table.rows)
    first = list(islice(rows, MEASURED))
    totals = [[said(native(value)) for value in row] for row in table.totals]
    head = [Cell(str(text), False) for text in table.head]
    sheet = _Sheet(file, table, _Columns.fitting([head, *first, *totals], numbers=_numeric([*first, *totals])))
    sheet.begin(head)
    for row in chain(first, rows):
        sheet.row(row)
    for row in totals:
        sheet.row(row, font=BOLD)
    sheet.end()


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell, and whether it is a figure, which stands on the right."""

    text: str
    is_figure: bool


def said(value: object) -> Cell:
    """A value as people read it on paper."""
    if isinstance(value, bool):
        return Cell("Yes" if value else "No", False)
    if isinstance(value, Percent):
        return Cell(f"{value * 100:,.2f} %", True)
    if isinstance(value, Decimal | int):
        return Cell(f"{value:,}", True)
    if isinstance(value, datetime):
        return Cell(f"{_day(value.date())} {value:%H:%M}", False)
    if isinstance(value, date):
        return Cell(_day(value), False)
    return Cell(" ".join(str("" if value is None else value).split()), False)


def _day(day: date) -> str:
    return _written(day, get_language())


@lru_cache(4096)
def _written(day: date, language: str | None) -> str:
    """A day in a language: a list has few of them, and to write one takes longer than to draw it."""
    return str(date_format(day))


def _numeric(rows: Iterable[Sequence[Cell]]) -> set[int]:
    """The columns that hold figures: their heads stand on the right too."""
    return {n for row in rows for n, cell in enumerate(row) if cell.is_figure}


@dataclass(frozen=True, slots=True)
class _Columns:
    """How wide each column is, in points, in letters of which size."""

    widths: Sequence[float]
    size: float
    numbers: frozenset[int]

    @classmethod
    def fitting(cls, rows: Sequence[Sequence[Cell]], *, numbers: set[int]) -> _Columns:
        """Columns as wide as what stands in them, made smaller together where the page is not wide enough."""
        wanted = [
            min(WIDEST, max(stringWidth(row[n].text, BOLD, SIZE) for row in rows if n < len(row)) + GAP)
            for n in range(max(map(len, rows), default=0))
        ]
        space = PAGE[0] - 2 * MARGIN
        shrunk = max(min(1.0, space / max(sum(wanted), 1)), SMALLEST / SIZE)
        widths = [width * shrunk for width in wanted]
        if sum(widths) > space:  # the widest give way first: figures are short, and are never cut
            widths = _narrowed(widths, space)
        elif sum(widths) < space:
            widths = [width * space / sum(widths) for width in widths]
        return cls(widths, SIZE * shrunk, frozenset(numbers))


def _narrowed(widths: list[float], space: float) -> list[float]:
    """The widths with those above a limit cut down to it, so that all of them take `space`."""
    limit, over = max(widths), sum(widths) - space
    while over > 0.5 and limit > 4:
        limit -= 1
        over = sum(min(width, limit) for width in widths) - space
    return [min(width, limit) for width in widths]


class _Sheet:
    """The pages, one after the other."""

    def __init__(self, file: IO[bytes], table: Table, columns: _Columns) -> None:
        self.canvas = Canvas(file, pagesize=PAGE, invariant=True)
        self.canvas.setTitle(table.title or "Export")
        self.table, self.columns = table, columns
        self.head: Sequence[Cell] = ()
        self.at, self.number = 0.0, 0

    def begin(self, head: Sequence[Cell]) -> None:
        self.head = head
        self._new_page()

    def row(self, cells: Sequence[Cell], font: str = PLAIN) -> None:
        if self.at < MARGIN + 2 * LEADING:
            self._end_page()
            self._new_page()
        self._draw(cells, font, INK)
        self.canvas.setStrokeColor(LINE)
        self.canvas.line(MARGIN, self.at + LEADING - RULE, PAGE[0] - MARGIN, self.at + LEADING - RULE)

    def end(self) -> None:
        self._end_page()
        self.canvas.save()

    def _new_page(self) -> None:
        self.number += 1
        self.at = PAGE[1] - MARGIN - LEADING
        if self.number == 1:
            for text, font, size, colour in _heading(self.table):
                self._text(text, font, size, colour)
            self.at -= LEADING / 2
        self.canvas.setFillColor(SHADE)
        self.canvas.rect(MARGIN, self.at - 3, PAGE[0] - 2 * MARGIN, LEADING + 1, stroke=0, fill=1)
        self._draw([Cell(c.text, n in self.columns.numbers) for n, c in enumerate(self.head)], BOLD, QUIET)

    def _text(self, text: str, font: str, size: float, colour: colors.Color) -> None:
        self.canvas.setFillColor(colour)
        self.canvas.setFont(font, size)
        self.canvas.drawString(MARGIN, self.at, _fitted(text, font, size, PAGE[0] - 2 * MARGIN))
        self.at -= size + 4

    def _end_page(self) -> None:
        self.canvas.setFillColor(QUIET)
        self.canvas.setFont(PLAIN, SMALLEST + 1)
        self.canvas.drawString(MARGIN, MARGIN - LEADING / 2, self.table.title)
        self.canvas.drawRightString(PAGE[0] - MARGIN, MARGIN - LEADING / 2, str(self.number))
        self.canvas.showPage()

    def _draw(self, cells: Sequence[Cell], font: str, colour: colors.Color) -> None:
        self.canvas.setFillColor(colour)
        self.canvas.setFont(font, self.columns.size)
        left = MARGIN
        for cell, width in zip(cells, self.columns.widths, strict=False):
            if cell.is_figure:
                self.canvas.drawRightString(left + width - GAP, self.at, cell.text)
            else:
                text = _fitted(cell.text, font, self.columns.size, width - GAP / 2)
                self.canvas.drawString(left + GAP / 4, self.at, text)
            left += width
        self.at -= LEADING


def _heading(table: Table) -> Iterator[tuple[str, str, float, colors.Color]]:
    """Lender and title, what was asked for, and when it was written."""
    if table.title:
        yield table.title, BOLD, 13, INK
    for name, value in table.about:
        yield f"{name}: {value}", PLAIN, 8, QUIET
    yield date_format(localtime(), "DATETIME_FORMAT"), PLAIN, 8, QUIET


@lru_cache(4096)
def _fitted(text: str, font: str, size: float, width: float) -> str:
    """The text, or as much of its beginning as there is room for."""
    if stringWidth(text, font, size) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if stringWidth(text[:middle] + "…", font, size) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"
