"""Workbooks as tests need them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook


def workbook(
    *rows: Sequence[Any], formats: dict[str, str] | None = None, cells: dict[str, Any] | None = None, merge: Any = ()
) -> bytes:
    """An XLSX of one sheet; `formats` and `cells` say more of single cells, `merge` names ranges."""
    book = Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    for place, value in (cells or {}).items():
        sheet[place] = value
    for place, number_format in (formats or {}).items():
        sheet[place].number_format = number_format
    for area in merge:
        sheet.merge_cells(area)
    return _saved(book)


def sheets(**named: Sequence[Sequence[Any]]) -> bytes:
    """An XLSX of several sheets."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in named.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return _saved(book)


def _saved(book: Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
