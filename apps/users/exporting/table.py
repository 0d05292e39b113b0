"""What a file holds, whichever kind of file it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.timezone import is_aware, localtime

from apps.mfis.core.texts import visible

Row = Sequence[object]


class Percent(Decimal):
    """A part of one that is shown in percent: 0.25 as 25.00%."""


@dataclass(frozen=True, slots=True)
class Table:
    """A head, rows of Decimals, dates and texts, and the totals that stand below them.

    `about` is what was asked for, by name: the filters of a list, the days of a report.
    """

    head: Sequence[str]
    rows: Iterable[Row]
    totals: Sequence[Row] = ()
    title: str = ""
    about: Sequence[tuple[str, str]] = ()


def native(value: object) -> object:
    """A value as every kind of file knows it: number, date, truth or text."""
    if value is None or isinstance(value, bool | int | Decimal):
        return value
    if isinstance(value, datetime):
        return localtime(value).replace(tzinfo=None) if is_aware(value) else value
    if isinstance(value, date):
        return value
    return visible(str(value))
