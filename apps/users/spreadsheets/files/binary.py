"""XLS and ODS. Neither tells through calamine how a number is shown."""

from __future__ import annotations

import io

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from apps.users.spreadsheets.files.cells import UNKNOWN_FORMAT, Sink, UnreadableFile, cell_of


def read_binary(content: bytes, sink: Sink) -> None:
    """Reads the visible sheets.

    Raises:
        UnreadableFile: it has a password, or is broken.
    """
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = [m.name for m in workbook.sheets_metadata if m.visible == SheetVisibleEnum.Visible]
        sink.hidden += [m.name for m in workbook.sheets_metadata if m.name not in visible]
        for name in visible:
            _read_sheet(workbook.get_sheet_by_name(name), sink)
    except PasswordError:
        raise UnreadableFile("The file has a password; save it without one.") from None
    except CalamineError as error:
        raise UnreadableFile("The file is no spreadsheet, or is broken; save it as XLSX or CSV.") from error


def _read_sheet(source: CalamineSheet, sink: Sink) -> None:
    sink.begin(source.name)
    top, left = source.start or (0, 0)
    for row, values in enumerate(source.iter_rows(), start=top + 1):
        found = ((column, cell_of(value, UNKNOWN_FORMAT)) for column, value in enumerate(values, start=left + 1))
        sink.put(row, {column: cell for column, cell in found if cell})
    areas = source.merged_cell_ranges or []
    sink.end([(top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in areas])
