"""Files of any kind and size: read, or refused in a sentence, and nobody else notices."""

from __future__ import annotations

import io
import zipfile

import pytest

from apps.mfis.core.errors import InvalidInput
from apps.users.spreadsheets.files import reading
from apps.users.spreadsheets.files.cells import Kind
from apps.users.spreadsheets.tests.rehearsals import Sheet, read_sheets
from apps.users.spreadsheets.tests.workbooks import opendocument, workbook


def texts(sheet: Sheet) -> list[list[str]]:
    return [[cell.text for cell in cells.values()] for cells in sheet.rows.values()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_csv_of_any_encoding_and_separator(encoding: str, separator: str) -> None:
    text = f"Name{separator}Town{separator}Income\r\nŠekhonyana{separator}Qacha’s Nek{separator}4500.50\r\n"
    (sheet,) = read_sheets(text.encode(encoding))
    assert texts(sheet) == [["Name", "Town", "Income"], ["Šekhonyana", "Qacha’s Nek", "4500.50"]]
    assert bool(sheet.note) == (encoding == "cp1252")


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850"])
def test_a_csv_of_an_old_encoding_is_read_and_that_is_said(encoding: str) -> None:
    (sheet,) = read_sheets("Name;Town\nMalefané;Café José\n".encode(encoding))
    assert texts(sheet)[1] == ["Malefané", "Café José"]
    assert encoding in sheet.note


def test_what_excel_and_our_own_exports_write_into_a_csv() -> None:
    (sheet,) = read_sheets(b"sep=;\nName;Town\n'+26658123456;'=x\n\"two\nlines\";'Mamosa\n")
    assert texts(sheet) == [["Name", "Town"], ["+26658123456", "=x"], ["two\nlines", "'Mamosa"]]
    assert list(sheet.rows) == [2, 3, 4]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'Name,Town\n"a,b\n', "quote that is not closed"),
        (bytes(range(256)) * 9, "no text"),
        (b"<html><table></table></html>", "web page"),
        (b"PK\x03\x04broken", "broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "broken"),
        (b"Name\n" + b"a" * 40_000, "more than 32,767 characters"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(content: bytes, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        read_sheets(content)


def test_a_stray_cell_at_the_far_end_costs_nothing() -> None:
    (sheet,) = read_sheets(workbook(["Name"], ["Palesa"], cells={"XFD1048576": "x"}))
    assert {number: list(cells) for number, cells in sheet.rows.items()} == {1: [1], 2: [1], 1048576: [16384]}


def test_a_workbooks_cells_keep_their_kinds_and_formats() -> None:
    content = workbook([7, True, "=1+1", "#N/A", "text"], formats={"A1": "000000"})
    (sheet,) = read_sheets(content)
    assert [(cell.kind, cell.text, cell.format) for cell in sheet.rows[1].values()] == [
        (Kind.NUMBER, "7", "000000"),
        (Kind.BOOLEAN, "TRUE", ""),
        (Kind.ERROR, "a formula without its result", ""),
        (Kind.ERROR, "#N/A", ""),
        (Kind.TEXT, "text", ""),
    ]


def _with_sheet(content: bytes, change: bytes) -> bytes:
    """A workbook whose sheet's data is `change`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b"<sheetData>", b"<sheetData>" + change) if "sheet1" in name else data)
    return packed.getvalue()


def test_a_file_that_unpacks_to_gigabytes_is_refused() -> None:
    bomb = _with_sheet(workbook(["Name"]), b"<row><c><v>1</v></c></row>" * 13_000_000)
    assert len(bomb) < 2_000_000
    with pytest.raises(InvalidInput, match="unpacks to more than 300 MB"):
        read_sheets(bomb)


def test_a_file_of_too_many_rows_is_refused_before_it_is_read_through() -> None:
    long = _with_sheet(workbook(["Name"]), b"<row><c><v>1</v></c></row>" * 1_000_000)
    with pytest.raises(InvalidInput, match="more than 200,000 rows"):
        read_sheets(long)


@pytest.mark.parametrize(("limit", "value"), [("MEMORY", 20 * 1024**2), ("WAIT", 0.05)])
def test_a_file_over_the_limits_is_refused_and_the_server_lives(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: float
) -> None:
    monkeypatch.setattr(reading, limit, value)
    with pytest.raises(InvalidInput, match=r"more memory or time|cannot be read"):
        read_sheets(workbook(*[["Palesa"] * 10] * 500))


TEXT = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'


def test_an_opendocument_is_read_and_does_not_tell_how_numbers_are_shown() -> None:
    number = '<table:table-cell office:value-type="float" office:value="7"><text:p>007</text:p></table:table-cell>'
    day = '<table:table-cell office:value-type="date" office:date-value="1990-05-27"/>'
    (sheet,) = read_sheets(opendocument(TEXT.format("Name"), "<table:table-cell/>", TEXT.format("Še") + number + day))
    assert [(cell.kind, cell.text, cell.format) for cell in sheet.rows[3].values()] == [
        (Kind.TEXT, "Še", ""),
        (Kind.NUMBER, "7", "?"),
        (Kind.DATE, "1990-05-27", ""),
    ]


def test_an_opendocument_that_repeats_a_cell_a_billion_times_is_refused() -> None:
    many = '<table:table-cell office:value-type="string" table:number-columns-repeated="16000"><text:p>x</text:p>'
    row = f'{many}</table:table-cell></table:table-row><table:table-row table:number-rows-repeated="1000000">{many}'
    with pytest.raises(InvalidInput, match=r"more memory or time|broken"):
        read_sheets(opendocument(f"{row}</table:table-cell>"))
