"""The one writer of every table that leaves: lists, reports, statements.

Amounts go out as numbers and days as dates. Texts stay texts, with their leading zeros, and none of them is ever a
formula, whoever wrote it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import chain, islice
from tempfile import SpooledTemporaryFile
from typing import IO

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from apps.users.exporting.printing import write_pdf
from apps.users.exporting.sheet import is_live, write_sheet
from apps.users.exporting.table import Percent, Row, Table, native

__all__ = ["CONTENT_TYPES", "Percent", "Row", "Table", "deliver", "download", "write", "write_to"]

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
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
        return f"'{value}" if is_live(value) else value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")
    return value


def _write_xlsx(file: IO[bytes], table: Table) -> None:
    rows = ([native(value) for value in row] for row in table.rows)
    first = list(islice(rows, MEASURED))
    totals = [[native(value) for value in row] for row in table.totals]
    about = [("", table.title), *table.about] if table.title else table.about
    widths = _widths([table.head, *first, *totals])
    write_sheet(file, table.head, chain(first, rows), totals, widths=widths, about=about)


def _widths(rows: Iterable[Row]) -> Iterator[int]:
    """How wide each column is for what stands in it, in characters."""
    longest: dict[int, int] = {}
    for row in rows:
        for n, value in enumerate(row):
            longest[n] = max(longest.get(n, 8), len(str("" if value is None else value)) + 2)
    return (min(longest[n], _WIDEST) for n in sorted(longest))


WRITERS: dict[str, Callable[[IO[bytes], Table], None]] = {"xlsx": _write_xlsx, "csv": _write_csv, "pdf": write_pdf}
