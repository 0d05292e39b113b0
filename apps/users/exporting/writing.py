"""The one writer of every table that leaves: lists, reports, statements.

Amounts go out as numbers and days as dates. Texts stay texts, with their leading zeros, and none of them is ever a
formula, whoever wrote it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from apps.users.exporting.printing import write_pdf
from apps.users.exporting.table import Percent, Row, Table, native

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}

# What a spreadsheet takes for the beginning of a formula (OWASP, CSV Injection), also after blanks and in full width.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
_NUMBER_FORMATS: dict[type, str] = {
    Decimal: "#,##0.00",
    int: "0",
    datetime: "yyyy-mm-dd hh:mm",
    date: "yyyy-mm-dd",
    str: "@",
}
_WIDEST = 60  # characters of a column
MEASURED = 500  # rows by which columns are made wide enough; totals count too
IN_MEMORY = 2_000_000  # bytes of a file that is not put on disk


def download(table: Table, name: str, file_format: str) -> HttpResponseBase:
    """The table as a file, of one of `CONTENT_TYPES`, that a browser keeps as `name`."""
    response = deliver(table, file_format)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.{file_format}") or "attachment"
    return response


def deliver(table: Table, file_format: str) -> HttpResponseBase:
    """The table as an answer. It is written first, so that nobody is given the half of one that could not be written
    to its end; a long one lies on disk meanwhile, and leaves from there piece by piece."""
    file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the response closes it
    write_to(file, table, file_format)
    file.seek(0)
    if file._rolled:  # type: ignore[attr-defined]
        return FileResponse(file, content_type=CONTENT_TYPES[file_format])
    return HttpResponse(file.read(), content_type=CONTENT_TYPES[file_format])


def write(table: Table, file_format: str) -> bytes:
    content = io.BytesIO()
    write_to(content, table, file_format)
    return content.getvalue()


def write_to(file: IO[bytes], table: Table, file_format: str) -> None:
    """Writes row by row: however many there are, a few hundred of them are in memory."""
    WRITERS[file_format](file, table)


def _lines(table: Table) -> Iterator[Row]:
    yield table.head
    yield from table.rows
    yield from table.totals


def _write_csv(file: IO[bytes], table: Table) -> None:
    """UTF-8 with the mark by which Excel knows it."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=False)
    writer = csv.writer(text)
    for row in _lines(table):
        writer.writerow([_csv_cell(native(value)) for value in row])
    text.detach()  # flushes, and leaves the file open


def _csv_cell(value: object) -> object:
    if isinstance(value, str):
        return f"'{value}" if _FORMULA.match(value) else value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return value


def _write_xlsx(file: IO[bytes], table: Table) -> None:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Export")
    rows = ([native(value) for value in row] for row in table.rows)
    first = list(islice(rows, MEASURED))
    totals = [[native(value) for value in row] for row in table.totals]
    for n, width in enumerate(_widths([table.head, *first, *totals]), start=1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    sheet.freeze_panes = "A2"
    cells = _Cells(sheet)
    sheet.append(cells.row(table.head, bold=True))
    for row in chain(first, rows):
        sheet.append(cells.row(row))
    for row in totals:
        sheet.append(cells.row(row, bold=True))
    _say_about(workbook, table)
    workbook.save(file)


def _say_about(workbook: Workbook, table: Table) -> None:
    """What was asked for, on a sheet of its own: the first one stays as programs read it."""
    if not (table.title or table.about):
        return
    sheet = workbook.create_sheet("About")
    cells = _Cells(sheet)
    for row in (("", table.title), *table.about):
        sheet.append(cells.row(row))


def _widths(rows: Iterable[Row]) -> Iterator[int]:
    """How wide each column is for what stands in it, in characters."""
    longest: dict[int, int] = {}
    for row in rows:
        for n, value in enumerate(row):
            longest[n] = max(longest.get(n, 8), len(str("" if value is None else value)) + 2)
    return (min(longest[n], _WIDEST) for n in sorted(longest))


class _Cells:
    """The cells of a sheet, each kind of a column made once and filled again for each row: a row is written before the
    next one is filled, and to say how a cell looks takes ten times as long as to write it."""

    def __init__(self, sheet: Any) -> None:
        self.sheet = sheet
        self.made: dict[tuple[int, type | None, bool, bool], Any] = {}

    def row(self, values: Row, *, bold: bool = False) -> list[Any]:
        return [self._filled(n, value, bold) for n, value in enumerate(values)]

    def _filled(self, n: int, value: object, bold: bool) -> Any:
        kind = _kind(value)
        quoted = isinstance(value, str) and bool(_FORMULA.match(value))
        key = n, kind, quoted, bold
        if key not in self.made:
            self.made[key] = _styled(self.sheet, value, kind, quoted=quoted, bold=bold)
        cell = self.made[key]
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"  # openpyxl takes a text that begins with = for a formula
        return cell


def _kind(value: object) -> type | None:
    """The type that says how a value is shown; None where nothing does."""
    if value is None or isinstance(value, bool):
        return None
    return (
        Percent if isinstance(value, Percent) else next(kind for kind in type(value).__mro__ if kind in _NUMBER_FORMATS)
    )


def _styled(sheet: Any, value: object, kind: type | None, *, quoted: bool, bold: bool) -> Any:
    cell = WriteOnlyCell(sheet, value)
    if kind:
        cell.number_format = "0.00%" if kind is Percent else _NUMBER_FORMATS[kind]
    cell.quotePrefix = quoted
    if bold:
        cell.font = Font(bold=True)
    return cell


WRITERS: dict[str, Callable[[IO[bytes], Table], None]] = {"xlsx": _write_xlsx, "csv": _write_csv, "pdf": write_pdf}

__all__ = ["CONTENT_TYPES", "Percent", "Row", "Table", "deliver", "download", "write", "write_to"]
