"""The empty spreadsheet of a kind: its headings in a language, what to write below each, lists to choose from, and an
example."""

from __future__ import annotations

import io
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from apps.users.spreadsheets.kinds import Column, Kind
from apps.users.spreadsheets.labels import header_of
from apps.users.spreadsheets.values import Holds

LISTED = 1000  # rows that the lists to choose from are made for
FORMATS = {Holds.DATE: "yyyy-mm-dd", Holds.AMOUNT: "#,##0.00", Holds.COUNT: "0", Holds.PERCENT: '0.00"%"'}
WIDEST = 40


def pattern_of(kind: Kind, language: str, *, of_many: bool) -> bytes:
    """An XLSX with the sheet to fill in, and one that says what each column wants."""
    with override(language):
        book = Workbook()
        sheet: Any = book.active
        sheet.title = str(kind.noun)[:31]
        columns = kind.offered(of_many=of_many)
        for place, column in enumerate(columns, start=1):
            _write_column(sheet, place, column)
        sheet.freeze_panes = "A2"
        _write_notes(book.create_sheet(_("What to write")[:31]), columns)
        content = io.BytesIO()
        book.save(content)
        return content.getvalue()


def _write_column(sheet: Any, place: int, column: Column) -> None:
    head = sheet.cell(1, place, header_of(column))
    head.font = Font(bold=True, color="FFFFFF")
    head.fill = PatternFill("solid", fgColor="0F5C4A" if column.required else "51605A")
    if said := told(column):
        head.comment = Comment(said, "Letsema")
    letter = get_column_letter(place)
    sheet.column_dimensions[letter].width = min(max(len(header_of(column)), len(column.example)) + 4, WIDEST)
    # The whole column, as a spreadsheet makes numbers of what is typed into any other: an ID loses its zeros.
    sheet.column_dimensions[letter].number_format = FORMATS.get(column.holds, "@")
    if column.choices:
        _offer(sheet, letter, [str(label) for label in column.choices.values()])


def _offer(sheet: Any, letter: str, labels: list[str]) -> None:
    """A list to choose from, as long as it fits into the file's 255 characters for one."""
    said = ",".join(label.replace(",", " ") for label in labels)
    if len(said) <= 250:
        rule = DataValidation(type="list", formula1=f'"{said}"', allow_blank=True)
        sheet.add_data_validation(rule)
        rule.add(f"{letter}2:{letter}{LISTED}")


def told(column: Column) -> str:
    """What a column wants, in a sentence or two."""
    holds = {
        Holds.DATE: _("A day, like 1990-05-27 or 27 May 1990."),
        Holds.AMOUNT: _("An amount in maloti, like 4500.00."),
        Holds.PERCENT: _("A percentage with its sign, like 24%."),
        Holds.TRUTH: _("Yes or no."),
        Holds.COUNT: _("A whole number."),
        Holds.DIGITS: _("Digits, written as a text: leading zeros count."),
        Holds.PHONE: _("Eight digits, with or without +266."),
    }
    parts = [_("Required.") if column.required else "", str(column.note), holds.get(column.holds, "")]
    if column.choices:
        parts.append(_("One of: %(choices)s.") % {"choices": ", ".join(map(str, column.choices.values()))})
    return " ".join(part for part in parts if part)


def _write_notes(sheet: Any, columns: tuple[Column, ...]) -> None:
    sheet.append([_("Column"), _("What to write"), _("Example")])
    for column in columns:
        sheet.append([header_of(column), told(column), column.example])
        sheet.cell(sheet.max_row, 3).number_format = "@"
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for letter, width in (("A", 26), ("B", 70), ("C", 26)):
        sheet.column_dimensions[letter].width = width
        for cell in sheet[letter]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.append([])
    sheet.append([_("Fill in the first sheet; its first row stays as it is. Columns that you do not need can go.")])
