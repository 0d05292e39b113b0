"""Spreadsheets as operators send them: XLSX or CSV, a header row, one record a row."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from python_calamine import CalamineWorkbook

from apps.mfis.core.errors import InvalidInput

MAXIMUM_ROWS = 20_000

MAXIMUM_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an import: its key, the header people write, and whether it must be there."""

    key: str
    header: str
    required: bool = False
    also: tuple[str, ...] = ()

    def matches(self, text: str) -> bool:
        return _plain(text) in {_plain(self.key), _plain(self.header), *map(_plain, self.also)}


@dataclass(slots=True)
class Row:
    """One row: its number as the spreadsheet shows it, the cells by column key, and what is wrong with it."""

    number: int
    cells: dict[str, str]
    errors: dict[str, list[str]] = field(default_factory=dict)
    note: str = ""  # why a good row needs nothing done
    ready: Any = None

    @property
    def is_good(self) -> bool:
        return not self.errors and not self.note

    def fail(self, key: str, message: str) -> None:
        self.errors.setdefault(key, []).append(message)

    def fail_all(self, errors: dict[str, list[str]]) -> None:
        """Adds what a service would refuse, by field."""
        for key, messages in errors.items():
            self.errors.setdefault(key, []).extend(messages)


def read_rows(content: bytes, name: str, columns: list[Column]) -> list[Row]:
    """The rows of a spreadsheet, every cell as text; empty rows are passed over.

    Raises:
        InvalidInput: not a spreadsheet, too large, or a required column is missing.
    """
    if len(content) > MAXIMUM_BYTES:
        raise InvalidInput(f"The file has more than {MAXIMUM_BYTES // 1024 // 1024} MB; split it.", field="import_file")
    sheet = _read_csv(content) if name.lower().endswith((".csv", ".txt")) else _read_xlsx(content)
    table = [(n, [_text(cell) for cell in cells]) for n, cells in enumerate(sheet, start=1)]
    filled = [(n, cells) for n, cells in table if any(cells)]
    if not filled:
        raise InvalidInput("The file is empty.", field="import_file")
    (_, header), *body = filled
    positions = _positions(header, columns)
    if len(body) > MAXIMUM_ROWS:
        raise InvalidInput(f"The file has more than {MAXIMUM_ROWS:,} rows; split it.", field="import_file")
    return [Row(n, {key: cells[i] if i < len(cells) else "" for key, i in positions.items()}) for n, cells in body]


def _positions(header: list[str], columns: list[Column]) -> dict[str, int]:
    """Where each column stands that the header names, by its key."""
    positions = {}
    for column in columns:
        position = next((i for i, text in enumerate(header) if column.matches(text)), None)
        if position is not None:
            positions[column.key] = position
    missing = [c.header for c in columns if c.required and c.key not in positions]
    if missing:
        raise InvalidInput(
            f"The first row must name the columns; missing: {', '.join(missing)}. "
            f"Known columns: {', '.join(c.header for c in columns)}.",
            field="import_file",
        )
    return positions


def _read_csv(content: bytes) -> list[list[Any]]:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise InvalidInput("The file is no text; save it as CSV (UTF-8) or XLSX.", field="import_file")
    separator = max(",;\t", key=text.split("\n", 1)[0].count)
    try:
        return list(csv.reader(io.StringIO(text), delimiter=separator))
    except csv.Error as error:
        raise InvalidInput(f"The CSV file cannot be read: {error}.", field="import_file") from None


def _read_xlsx(content: bytes) -> list[list[Any]]:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except Exception as error:
        raise InvalidInput("The file is no XLSX spreadsheet; save it as XLSX or CSV.", field="import_file") from error


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _plain(text: str) -> str:
    return "".join(c for c in text.lower() if c.isalnum())


DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %b %Y", "%d %B %Y")


def read_date(text: str) -> date | None:
    """A date as people write it, day first; None for an empty cell.

    Raises:
        ValueError: naming the forms that are understood.
    """
    if not text:
        return None
    for form in DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a date of birth has no time zone
        except ValueError:
            continue
    raise ValueError(f"“{text}” is not a date; write 1990-05-27 or 27/05/1990.")


def read_amount(text: str) -> Decimal | None:
    """An amount of money with an optional M and thousands commas; None for an empty cell.

    Raises:
        ValueError: with an example.
    """
    plain = text.replace(",", "").replace(" ", "").removeprefix("M")
    if not plain:
        return None
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise ValueError(f"“{text}” is not an amount; write 4500 or 4,500.00.")
    return amount
