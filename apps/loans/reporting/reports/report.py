"""A report: what its page shows, and its rows for a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import tablib
from django.http import HttpResponse

ZERO = Decimal(0)

EXPORTS = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

Context = dict[str, Any]

Rows = list[list[Any]]


@dataclass(frozen=True, slots=True)
class Report:
    """`build` takes the first and last day and the form's values; `table` gives what it built as rows with a head."""

    label: str
    build: Callable[[date, date, Context], Context]
    table: Callable[[Context], Rows]


def export(name: str, rows: Rows, file_format: str) -> HttpResponse:
    """The rows as a file of one of `EXPORTS`; the first row is the head."""
    sheet = tablib.Dataset(*rows[1:], headers=rows[0])
    response = HttpResponse(sheet.export(file_format), content_type=EXPORTS[file_format])
    response["Content-Disposition"] = f'attachment; filename="{name}.{file_format}"'
    return response
