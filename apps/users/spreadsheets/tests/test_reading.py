"""The sheet and its head are found, and every row is read under its own columns."""

from __future__ import annotations

import pytest

from apps.mfis.core.errors import InvalidInput
from apps.users.spreadsheets import reading
from apps.users.spreadsheets.reading import Column, Row, read_table
from apps.users.spreadsheets.tests.workbooks import sheets, workbook
from apps.users.spreadsheets.values import Holds

COLUMNS = [
    Column("name", "Name", required=True),
    Column("born", "Date of birth", also=("dob",), holds=Holds.DATE),
    Column("id", "National ID", holds=Holds.DIGITS),
    Column("income", "Income", holds=Holds.AMOUNT),
]


def rows(content: bytes) -> list[Row]:
    return read_table(content, COLUMNS).rows


def test_headers_are_found_by_any_of_their_names_in_any_order() -> None:
    (row,) = rows(b"DoB;name\n\n1990-05-27;Palesa\n")
    assert (row.number, row.cells) == (3, {"born": "1990-05-27", "name": "Palesa"})


def test_a_title_above_the_head_is_passed_over() -> None:
    table = read_table(workbook(["Borrowers of 2026"], [], ["Name", "National ID"], ["Palesa", "007"]), COLUMNS)
    assert [(row.number, row.cells) for row in table.rows] == [(4, {"name": "Palesa", "id": "007"})]


def test_the_sheet_with_the_head_is_found_and_said() -> None:
    table = read_table(sheets(Cover=[["Read me"]], People=[["Name"], ["Palesa"]]), COLUMNS)
    assert [row.cells for row in table.rows] == [{"name": "Palesa"}]
    assert table.notes == ["Of 2 sheets “People” is read, as its head names the columns."]


def test_of_two_sheets_that_fit_none_is_chosen() -> None:
    with pytest.raises(InvalidInput, match="“A” and “B” both have a head"):
        rows(sheets(A=[["Name"], ["x"]], B=[["Name"], ["y"]]))


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidInput, match="2 columns are named “Date of birth”"):
        rows(b"Name,DoB,Date of birth\nA,1990-01-01,1990-01-01\n")


def test_a_head_that_lacks_a_column_says_which() -> None:
    with pytest.raises(InvalidInput, match=r"missing: Name\. Known columns: Name, Date of birth"):
        rows(b"Title\nDoB\n1990-01-01\n")


def test_what_no_column_takes_is_said() -> None:
    table = read_table(b"Grade,Name,Shoe size\n7,Palesa,38\n", COLUMNS)
    assert table.notes == ["Nothing takes what stands under “Grade” (A), “Shoe size” (C); it is left out."]
    assert [row.cells for row in table.rows] == [{"name": "Palesa"}]
    assert [column.key for column in table.columns] == ["name"]


def test_a_row_that_is_longer_than_the_head_is_no_good() -> None:
    (row,) = rows(b"Name,Income\nPalesa,4,500.00\n")
    assert row.errors == {"": ["Cell C2 holds “500.00” under no heading; name the column, or empty it."]}


def test_a_stray_cell_at_the_end_of_the_sheet_is_named() -> None:
    good, stray = rows(workbook(["Name"], ["Palesa"], cells={"XFD1048576": "x"}))
    assert good.is_good
    assert stray.errors[""] == ["Cell XFD1048576 holds “x” under no heading; name the column, or empty it."]


def test_merged_cells_are_named() -> None:
    found = rows(workbook(["Name", "Income"], ["A", 1], ["B", None], ["C", 3], merge=["B2:B3"]))
    merged = "The cells B2:B3 are merged; part them, and write each row's own value."
    assert [row.errors.get("income") for row in found] == [[merged], [merged], None]


def test_empty_rows_are_passed_over_and_rows_keep_their_numbers() -> None:
    found = rows(workbook(["Name"], [], ["A"], [None], ["B"]))
    assert [(row.number, row.cells["name"]) for row in found] == [(3, "A"), (5, "B")]


def test_a_file_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAXIMUM_ROWS", 1)
    assert len(rows(b"Name\nA\n")) == 1
    with pytest.raises(InvalidInput, match="more than 1 rows"):
        rows(b"Name\nA\nB\n")
    monkeypatch.setattr(reading, "MAXIMUM_BYTES", 5)
    with pytest.raises(InvalidInput, match="split it"):
        rows(b"Name\nA\n")


def test_a_cell_says_its_fault_and_its_neighbours_are_read() -> None:
    (row,) = rows(workbook(["Name", "National ID", "Income"], ["Pa\u200blesa", 7.5, "4500,50"]))
    assert set(row.errors) == {"name", "id"}
    assert row.cells["income"] == "4500,50"
    assert row.stands == {"name": "Palesa", "id": "7.5", "income": "4500,50"}
