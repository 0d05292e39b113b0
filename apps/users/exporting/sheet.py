"""The one sheet of an XLSX file, written row by row.

openpyxl makes the book and its styles. It takes twenty times as long for a cell as for the text that the cell becomes,
so that the rows are written here: ECMA-376 part 1, 18.3.1 (worksheets).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import IO, Any
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from apps.users.exporting.table import Percent, Row

# What a spreadsheet takes for the beginning of a formula (OWASP, CSV Injection), also after blanks and in full width.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")

FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 - of the days that cells count; a cell has no time zone
DAY = timedelta(days=1)
SHEET = "xl/worksheets/sheet1.xml"
AT_ONCE = 500  # rows that are given to be packed
PACKED = 3  # a level of zlib: 6 takes twice as long, for a file that is a tenth smaller


def is_live(text: str) -> bool:
    """Whether a spreadsheet would take the text for a formula."""
    return _FORMULA.match(text) is not None


def write_sheet(
    file: IO[bytes],
    head: Row,
    rows: Iterable[Row],
    totals: Iterable[Row],
    *,
    widths: Iterable[int],
    about: Iterable[tuple[str, str]] = (),
) -> None:
    """Writes a book: a sheet with a bold head that stays in view, the rows, and bold totals below; and where there is
    something to say `about` it, a second sheet, so that the first stays as programs read it.

    Values are numbers, truths, texts without anything that XML cannot hold, dates, and instants without a time zone.
    However many rows there are, a few hundred of them are in memory.
    """
    book, styles = _book(widths, about)
    with zipfile.ZipFile(book) as made, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=PACKED) as kept:
        for part in made.namelist():
            if part != SHEET:
                kept.writestr(part, made.read(part))
        before, _, after = made.read(SHEET).decode().partition("<sheetData>")
        _, _, after = after.partition("</sheetData>")
        with kept.open(SHEET, "w", force_zip64=True) as sheet:
            lines = _Lines(styles)
            sheet.write(f"{before}<sheetData>{lines.row(head, bold=True)}".encode())
            for part in _in_parts(map(lines.row, rows)):
                sheet.write(part.encode())
            sheet.write("".join(lines.row(row, bold=True) for row in totals).encode())
            sheet.write(f"</sheetData>{after}".encode())


def _in_parts(lines: Iterator[str]) -> Iterator[str]:
    held = []
    for line in lines:
        held.append(line)
        if len(held) == AT_ONCE:
            yield "".join(held)
            held.clear()
    yield "".join(held)


def _number(value: Any) -> str:
    return f"<v>{value}</v>"


def _decimal(value: Decimal) -> str:
    return f"<v>{value:f}</v>"


def _text(value: str) -> str:
    return f'<is><t xml:space="preserve">{escape(value)}</t></is>'


def _day(value: date) -> str:
    return f"<v>{value.toordinal() - FIRST_DAY.toordinal()}</v>"


def _instant(value: datetime) -> str:
    return f"<v>{(value - FIRST_DAY) / DAY!r}</v>"


def _truth(value: bool) -> str:
    return f"<v>{int(value)}</v>"


# How each type looks, what kind of cell it is, and how its value is written.
KINDS: dict[type, tuple[str, str, Callable[[Any], str]]] = {
    Percent: ("0.00%", "n", _decimal),
    Decimal: ("#,##0.00", "n", _decimal),
    bool: ("General", "b", _truth),
    int: ("0", "n", _number),
    datetime: ("yyyy-mm-dd hh:mm", "n", _instant),
    date: ("yyyy-mm-dd", "n", _day),
    str: ("@", "inlineStr", _text),
}

Style = tuple[type, bool, bool]  # of a value's type: taken for a formula or not, bold or not


def _book(widths: Iterable[int], about: Iterable[tuple[str, str]]) -> tuple[IO[bytes], dict[Style, int]]:
    """A book with an empty sheet, and the number in it of each style."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Export")
    for n, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    sheet.freeze_panes = "A2"
    styles = {style: _numbered(sheet, *style) for style in product(KINDS, (False, True), (False, True))}
    sheet.append([])
    _say_about(book, about)
    made = io.BytesIO()
    book.save(made)
    return made, styles


def _say_about(book: Workbook, about: Iterable[tuple[str, str]]) -> None:
    sheet = None
    for pair in about:
        sheet = sheet or book.create_sheet("About")
        sheet.append([_as_text(sheet, text) for text in pair])


def _as_text(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.number_format, cell.quotePrefix, cell.data_type = "@", is_live(text), "s"
    return cell


def _numbered(sheet: Any, kind: type, live: bool, bold: bool) -> int:
    """The number that the book gives to a style."""
    cell = WriteOnlyCell(sheet)
    cell.number_format, cell.quotePrefix = KINDS[kind][0], live
    if bold:
        cell.font = Font(bold=True)
    return int(cell.style_id)


class _Lines:
    """Rows as XML, one below the other."""

    def __init__(self, styles: dict[Style, int]) -> None:
        self.styles, self.count = styles, 0
        self.begun: dict[tuple[int, type, bool, bool], str] = {}

    def row(self, values: Row, *, bold: bool = False) -> str:
        self.count += 1
        cells = [self._cell(n, value, bold) for n, value in enumerate(values) if value is not None]
        return f'<row r="{self.count}">{"".join(cells)}</row>'

    def _cell(self, n: int, value: Any, bold: bool) -> str:
        kind = type(value)
        if kind not in KINDS:
            kind = next(known for known in kind.__mro__ if known in KINDS)
        key = n, kind, kind is str and is_live(value), bold
        if key not in self.begun:
            self.begun[key] = self._begin(*key)
        return self.begun[key] % self.count + KINDS[kind][2](value) + "</c>"

    def _begin(self, n: int, *style: Any) -> str:
        """The beginning of a cell of a column and style, in which the row's number is to be put."""
        return f'<c r="{get_column_letter(n + 1)}%d" s="{self.styles[style]}" t="{KINDS[style[0]][1]}">'
