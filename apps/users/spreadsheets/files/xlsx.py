"""XLSX, cell by cell as they stand in the file: what is empty costs nothing, and a number keeps its format."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import load_workbook
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser

from apps.users.spreadsheets.files.cells import Cell, Kind, Sink, UnreadableFile, cell_of


class _Parser(WorkSheetParser):  # type: ignore[misc]
    """As openpyxl's own, whose lists of cells are as sparse as the file; a formula without its result is an error."""

    def parse_cell(self, element: Any) -> Any:
        cell = super().parse_cell(element)
        has_result = element.findtext(VALUE_TAG) or element.get("t") == "str"  # a text may be empty
        if element.find(FORMULA_TAG) is not None and not has_result:
            cell |= {"data_type": "e", "value": "a formula without its result"}
        return cell


def read_xlsx(content: bytes, sink: Sink) -> None:
    """Reads the visible sheets.

    Raises:
        UnreadableFile: broken, or too large.
    """
    try:
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for sheet in workbook.worksheets:
            if sheet.sheet_state == "visible":
                _read_sheet(workbook, sheet, sink)
    except (UnreadableFile, MemoryError):
        raise
    except Exception as error:
        raise UnreadableFile("The file is no XLSX spreadsheet, or is broken; save it anew as XLSX or CSV.") from error


def _read_sheet(workbook: Any, source: Any, sink: Sink) -> None:
    sink.begin(source.title)
    with source._get_source() as xml:
        parser = _Parser(
            xml,
            source._shared_strings,
            data_only=True,
            epoch=workbook.epoch,
            date_formats=workbook._date_formats,
            timedelta_formats=workbook._timedelta_formats,
        )
        for number, row in parser.parse():
            found = ((each["column"], _cell(workbook, each)) for each in row)
            sink.put(number, {column: cell for column, cell in found if cell})
        merged = parser.merged_cells.mergeCell if parser.merged_cells else []
    sink.end([(area.min_row, area.min_col, area.max_row, area.max_col) for area in merged])


def _cell(workbook: Any, found: dict[str, Any]) -> Cell | None:
    if found["data_type"] == "e":
        return Cell(Kind.ERROR, str(found["value"]))
    cell = cell_of(found["value"])
    if cell is None or cell.kind is not Kind.NUMBER:
        return cell
    return cell_of(found["value"], _format(workbook, found["style_id"]))


def _format(workbook: Any, style: int) -> str:
    number = workbook._cell_styles[style].numFmtId
    if number < BUILTIN_FORMATS_MAX_SIZE:
        return BUILTIN_FORMATS.get(number) or ""
    return str(workbook._number_formats[number - BUILTIN_FORMATS_MAX_SIZE])
