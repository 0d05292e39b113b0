"""The sheet and its head are found, and every row is read under its own columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import InvalidInput
from apps.mfis.core.roles import Action
from apps.users.spreadsheets.files import cells as limits
from apps.users.spreadsheets.kinds import KINDS, Column, Context, Interpreter, Kind, Row, register
from apps.users.spreadsheets.models import ImportRun
from apps.users.spreadsheets.services.uploads import choose_sheet, whole_heads
from apps.users.spreadsheets.tests.rehearsals import received, rehearsed
from apps.users.spreadsheets.tests.workbooks import sheets, workbook
from apps.users.spreadsheets.values import Holds
from tests.factories import Branch


class Readers(Interpreter):
    """Keeps what it is given."""

    seen: ClassVar[list[Row]] = []

    def interpret(self, rows: list[Row]) -> None:
        self.seen.extend(rows)

    def write(self, rows: list[Row]) -> None:
        for row in rows:
            row.record = str(row.number)


class Things(Kind):
    name, title, noun, action = "things", "Import things", "things", Action.MANAGE_PEOPLE
    columns: ClassVar = (
        Column("name", "Name", required=True),
        Column("born", "Date of birth", "Letsatsi la tsoalo", synonyms=("dob",), holds=Holds.DATE),
        Column("id", "National ID", holds=Holds.DIGITS),
        Column("income", "Income", holds=Holds.AMOUNT),
        Column("size", "Size", choices={"s": "Small", "l": "Large"}),
        Column("count", "How many", holds=Holds.COUNT),
    )

    def interpreter(self, context: Context) -> Interpreter:
        return Readers(context)


@pytest.fixture(autouse=True)
def things(alpha: Branch) -> Iterator[None]:
    Readers.seen.clear()
    register(Things())
    yield
    del KINDS["things"]


def rows(content: bytes, **settings: Any) -> list[Row]:
    rehearsed("things", content, **settings)
    return Readers.seen


def run_of(content: bytes) -> ImportRun:
    return received("things", content)


def test_headers_are_found_by_any_of_their_names_in_any_order() -> None:
    (row,) = rows(b"letsatsi la TSOALO;name\n\n1990-05-27;Palesa\n")
    assert (row.number, row.cells) == (3, {"born": "1990-05-27", "name": "Palesa"})


def test_a_title_above_the_head_is_passed_over() -> None:
    found = rows(workbook(["Borrowers of 2026"], [], ["Name", "National ID"], ["Palesa", "007"]))
    assert [(row.number, row.cells) for row in found] == [(4, {"name": "Palesa", "id": "007"})]


def test_the_sheet_with_the_head_is_found_and_said() -> None:
    run = rehearsed("things", sheets(Cover=[["Read me"]], People=[["Name"], ["Palesa"]]))
    assert [row.cells for row in Readers.seen] == [{"name": "Palesa"}]
    assert run.notes == ["Of 2 sheets “People” is read."]


def test_of_two_sheets_that_fit_either_can_be_chosen() -> None:
    run = run_of(sheets(A=[["Name"], ["x"]], B=[["Name"], ["y"], ["z"]]))
    assert [(head.sheet, head.number) for head in whole_heads(run, Things())] == [(0, 1), (1, 1)]
    run = choose_sheet(run_id=run.pk, sheet=1, head_row=1, actor=SYSTEM)
    assert (run.rows, run.targets) == (2, {"1": "name"})
    with pytest.raises(InvalidInput, match="no such sheet"):
        choose_sheet(run_id=run.pk, sheet=2, head_row=1, actor=SYSTEM)
    with pytest.raises(InvalidInput, match="Nothing stands in that row"):
        choose_sheet(run_id=run.pk, sheet=0, head_row=9, actor=SYSTEM)


def test_of_two_columns_of_one_name_neither_is_taken() -> None:
    run = run_of(b"Name,DoB,Date of birth\nA,1990-01-01,1990-01-01\n")
    assert run.targets == {"1": "name"}
    assert run.notes == ["“DoB” (B) and “Date of birth” (C) both name the column “Date of birth”; choose one of them."]


def test_a_head_that_lacks_a_column_says_which() -> None:
    with pytest.raises(InvalidInput, match="No column of the file is taken for: Name"):
        rows(b"Title\nDoB\n1990-01-01\n")


def test_what_no_column_takes_is_said() -> None:
    run = rehearsed("things", b"Grade,Name,Shoe size\n7,Palesa,38\n")
    assert run.notes == ["Nothing takes what stands under “Grade” (A), “Shoe size” (C); it is left out."]
    assert [row.cells for row in Readers.seen] == [{"name": "Palesa"}]


def test_how_a_file_was_understood_is_remembered_for_its_shape() -> None:
    rehearsed("things", b"Who,Name\nPalesa,x\n", targets={1: "name"})
    assert run_of(b"name,WHO\ny,Thabo\n").targets == {"2": "name"}
    assert run_of(b"Name,Whom\ny,Thabo\n").targets == {"1": "name"}


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


def test_a_file_too_large_or_empty_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInput, match="The file is empty"):
        run_of(b"")
    monkeypatch.setattr("apps.users.spreadsheets.services.uploads.MAXIMUM_BYTES", 5)
    with pytest.raises(InvalidInput, match="split it"):
        run_of(b"Name\nA\n")
    assert limits.MAXIMUM_ROWS >= 100_000


def test_a_cell_says_its_fault_and_its_neighbours_are_read() -> None:
    (row,) = rows(workbook(["Name", "National ID", "Income"], ["Pa\u200blesa", 7.5, "4500,50"]))
    assert set(row.errors) == {"name", "id"}
    assert row.cells["income"] == "4500,50"


def test_what_cells_stand_for_is_told_by_their_column() -> None:
    (row, faulty) = rows(b"Name,Size,How many\nA,large,12.0\nB,huge,many\n")
    assert (row.values["size"], row.values["count"]) == ("l", 12)
    assert faulty.errors == {
        "size": ["“huge” is none of what Size may be; write one of Small, Large."],
        "count": ["“many” is not a whole number; write it like 12."],
    }


def test_what_no_database_keeps_is_said_of_its_row() -> None:
    (row,) = rows(b"Name\na\0b\n")
    assert "cannot be seen" in row.errors["name"][0]


def test_headings_under_two_groups_have_the_groups_before_them() -> None:
    groups = ["CLIENT", None, "OUTSTANDING", None, "ARREARS", None]
    head = ["Name", "National ID", "Principal", "Interest", "Principal", "Interest"]
    merge = ["A1:B1", "C1:D1", "E1:F1"]
    for content in (workbook(groups, head, ["A", "007", 1, 2, 3, 4], merge=merge), workbook(groups, head)):
        run = run_of(content)
        assert run.head_row == 2
        assert list(run.head.values()) == [
            *("Name", "National ID", "OUTSTANDING Principal", "OUTSTANDING Interest"),
            *("ARREARS Principal", "ARREARS Interest"),
        ]


def test_a_title_is_no_group() -> None:
    run = run_of(workbook(["People of 2026"], ["Name", "DoB", "Born", "DoB"]))
    assert list(run.head.values()) == ["Name", "DoB", "Born", "DoB"]


def test_columns_without_headings_are_called_by_their_letters() -> None:
    run = run_of(b"Palesa,007\nThabo,008\n")
    run = choose_sheet(run_id=run.pk, sheet=0, head_row=0, actor=SYSTEM)
    assert (run.head, run.rows, run.targets) == ({"1": "Column A", "2": "Column B"}, 2, {})
    found = rows(b"Palesa,007\nThabo,008\n", targets={1: "name", 2: "id"})
    assert [row.cells["name"] for row in found] == ["Thabo"], "the first row was taken as the head"


def test_what_was_said_of_a_column_is_remembered_and_refused_where_nothing_asks() -> None:
    content = b"Name,DoB\nPalesa,05/06/1990\n"
    (row,) = rows(content, readings={"born.days": "day-first"})
    assert str(row.values["born"]) == "1990-06-05"
    assert run_of(content).readings == {"born.days": "day-first"}
    for wrong in ({"born.point": "decimals"}, {"born.days": "sideways"}, {"income.point": "decimals"}):
        with pytest.raises(InvalidInput):
            rows(content, readings=wrong)
