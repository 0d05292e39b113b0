"""A report: what its page shows, and its table for a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from apps.users.exporting.writing import Table

ZERO = Decimal(0)

Context = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """`build` takes the first and last day and the form's values; `table` gives what it built, with its totals."""

    label: str
    build: Callable[[date, date, Context], Context]
    table: Callable[[Context], Table]
