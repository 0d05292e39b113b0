"""The one writer of every spreadsheet that leaves: lists, reports, statements.

Amounts go out as numbers and days as dates. Texts stay texts, with their leading zeros, and none of them is ever a
formula, whoever wrote it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.timezone import is_aware, localtime
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from apps.mfis.core.texts import visible

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
Row = Sequence[object]

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


class Percent(Decimal):
    """A part of one that is shown in percent: 0.25 as 25.00%."""


@dataclass(frozen=True, slots=True)
class Table:
    """What a spreadsheet holds: a head, rows of Decimals, dates and texts, and the totals that stand below them."""

    head: Sequence[str]
    rows: Iterable[Row]
    totals: Sequence[Row] = ()


def download(table: Table, name: str, file_format: str) -> HttpResponse:
    """The table as a file, of one of `CONTENT_TYPES`, that a browser keeps as `name`."""
    response = HttpResponse(write(table, file_format), content_type=CONTENT_TYPES[file_format])
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.{file_format}") or "attachment"
    return response


def write(table: Table, file_format: str) -> bytes:
    return _write_csv(table) if file_format == "csv" else _write_xlsx(table)


def _native(value: object) -> object:
    """A value as both kinds of file know it: number, date, truth or text."""
    if value is None or isinstance(value, bool | int | Decimal):
        return value
    if isinstance(value, datetime):
        return localtime(value).replace(tzinfo=None) if is_aware(value) else value
    if isinstance(value, date):
        return value
    return visible(str(value))


def _lines(table: Table) -> Iterator[Row]:
    yield table.head
    yield from table.rows
    yield from table.totals


def _write_csv(table: Table) -> bytes:
    """UTF-8 with the mark by which Excel knows it."""
    text = io.StringIO()
    writer = csv.writer(text)
    for row in _lines(table):
        writer.writerow([_csv_cell(_native(value)) for value in row])
    return text.getvalue().encode("utf-8-sig")


def _csv_cell(value: object) -> object:
    if isinstance(value, str):
        return f"'{value}" if _FORMULA.match(value) else value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return value


def _write_xlsx(table: Table) -> bytes:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("Export")
    rows = [[_native(value) for value in row] for row in table.rows]
    totals = [[_native(value) for value in row] for row in table.totals]
    for n, width in enumerate(_widths([table.head, *rows, *totals]), start=1):
        sheet.column_dimensions[get_column_letter(n)].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_xlsx_cell(sheet, name, bold=True) for name in table.head])
    for row in rows:
        sheet.append([_xlsx_cell(sheet, value) for value in row])
    for row in totals:
        sheet.append([_xlsx_cell(sheet, value, bold=True) for value in row])
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def _widths(rows: Iterable[Row]) -> Iterator[int]:
    """How wide each column is for what stands in it, in characters."""
    longest: dict[int, int] = {}
    for row in rows:
        for n, value in enumerate(row):
            longest[n] = max(longest.get(n, 8), len(str("" if value is None else value)) + 2)
    return (min(longest[n], _WIDEST) for n in sorted(longest))


def _xlsx_cell(sheet: Any, value: object, *, bold: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, value)
    kind = next((kind for kind in type(value).__mro__ if kind in _NUMBER_FORMATS), None)
    if kind and not isinstance(value, bool):
        cell.number_format = "0.00%" if isinstance(value, Percent) else _NUMBER_FORMATS[kind]
    if isinstance(value, str):
        cell.data_type = "s"  # openpyxl takes a text that begins with = for a formula
        cell.quotePrefix = bool(_FORMULA.match(value))
    if bold:
        cell.font = Font(bold=True)
    return cell
