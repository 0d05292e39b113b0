"""XLS and ODS. Neither tells through calamine how a number is shown."""

from __future__ import annotations

import io

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from apps.users.spreadsheets.files.cells import UNKNOWN_FORMAT, Sheet, UnreadableFile, cell_of


def read_binary(content: bytes) -> list[Sheet]:
    """The visible sheets.

    Raises:
        UnreadableFile: it has a password, or is broken.
    """
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = [m.name for m in workbook.sheets_metadata if m.visible == SheetVisibleEnum.Visible]
        return [_read_sheet(workbook.get_sheet_by_name(name)) for name in visible]
    except PasswordError:
        raise UnreadableFile("The file has a password; save it without one.") from None
    except CalamineError as error:
        raise UnreadableFile("The file is no spreadsheet, or is broken; save it as XLSX or CSV.") from error


def _read_sheet(source: CalamineSheet) -> Sheet:
    sheet = Sheet(source.name)
    top, left = source.start or (0, 0)
    for row, values in enumerate(source.to_python(skip_empty_area=True), start=top + 1):
        for column, value in enumerate(values, start=left + 1):
            sheet.put(row, column, cell_of(value, UNKNOWN_FORMAT))
    areas = source.merged_cell_ranges or []
    sheet.merged = [(top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in areas]
    return sheet
