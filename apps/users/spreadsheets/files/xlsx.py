"""XLSX, cell by cell as they stand in the file: what is empty costs nothing, and a number keeps its format."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import load_workbook
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import FORMULA_TAG, INLINE_STRING, VALUE_TAG, WorkSheetParser, _cast_number

from apps.users.spreadsheets.files.cells import Cell, Kind, Sink, UnreadableFile, cell_of

TEXT_TAG = INLINE_STRING.replace("}is", "}t")

# openpyxl would read a sheet that does not tell its size to the end, only to find it out.
ReadOnlyWorksheet._get_size = lambda sheet: None


class _Parser(WorkSheetParser):  # type: ignore[misc]
    """As openpyxl's own, whose lists of cells are as sparse as the file; a formula without its result is an error."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns: dict[str, int] = {}

    def parse_cell(self, element: Any) -> Any:
        return self._plain_cell(element) or self._any_cell(element)

    def _plain_cell(self, element: Any) -> dict[str, Any] | None:
        """A text among the shared ones, or a number that is no date: what most cells are, in a third of the time. None
        for any other."""
        reference = element.get("r")
        if not reference or len(element) != 1:
            return None
        kind, child, style = element.get("t", "n"), element[0], int(element.get("s", 0))
        value: Any = None
        if kind == "inlineStr":
            value = child[0].text if child.tag == INLINE_STRING and [part.tag for part in child] == [TEXT_TAG] else None
        elif child.tag == VALUE_TAG and child.text and kind == "s":
            value = self.shared_strings[int(child.text)]
        elif child.tag == VALUE_TAG and child.text and kind == "n" and style not in self.date_formats:
            value = _cast_number(child.text)
        if value is None:
            return None
        self.col_counter = column = self._column(reference)
        return {"column": column, "value": value, "data_type": "n" if kind == "n" else "s", "style_id": style}

    def _column(self, reference: str) -> int:
        name = reference.rstrip("0123456789")
        if name not in self.columns:
            self.columns[name] = column_index_from_string(name)
        return self.columns[name]

    def _any_cell(self, element: Any) -> Any:
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
            else:
                sink.hidden.append(sheet.title)
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
    areas = [(area.min_row, area.min_col, area.max_row, area.max_col) for area in merged]
    sink.end(areas, " ".join([*_hidden(parser), *_epoch(workbook)]))


def _hidden(parser: _Parser) -> list[str]:
    """That what a filter, or somebody, has hidden is read all the same."""
    shown = (("row", parser.row_dimensions), ("column", parser.column_dimensions))
    found = []
    for what, dimensions in shown:
        count = sum(1 for each in dimensions.values() if each.get("hidden") in ("1", "true", True))
        if count:
            found.append(f"{count} {what}{'s are' if count > 1 else ' is'} hidden in the file, and read as all others.")
    return found


def _epoch(workbook: Any) -> list[str]:
    return ["The workbook counts days from 1904."] if workbook.epoch.year == 1904 else []


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
