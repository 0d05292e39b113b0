"""What leaves as a spreadsheet: numbers are numbers, and nobody's name is a formula."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from apps.users.exporting import writing
from apps.users.exporting.writing import Percent, Table, download, write

LIVE = [
    '=HYPERLINK("http://x.example","Pay")',
    "+266 5812 3456",
    "-2+3",
    "@SUM(A1)",
    " =1+1",
    "\t=1",
    "\n=1",
    "＝1+1",
    "＠x",
]


def cells(content: bytes) -> list[tuple[Any, ...]]:
    return list(load_workbook(io.BytesIO(content)).worksheets[0].iter_rows())


def lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.parametrize("text", LIVE)
def test_a_name_is_never_a_formula(text: str) -> None:
    table = Table([text], [[text]], [[text]])
    for (cell,) in cells(write(table, "xlsx")):
        assert (cell.value, cell.data_type, cell.number_format, cell.quotePrefix) == (text, "s", "@", True)
    assert lines(write(table, "csv")) == [[f"'{text}"]] * 3


def test_amounts_are_numbers_and_days_are_dates() -> None:
    at = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
    row = [Decimal("-1234.50"), 12, date(2026, 3, 2), at, Percent("0.25"), True, None, "007", "+26658123456"]
    _, given = cells(write(Table(["x"] * 9, [row]), "xlsx"))
    assert [(c.value, c.number_format) for c in given] == [
        (-1234.5, "#,##0.00"),
        (12, "0"),
        (datetime(2026, 3, 2), "yyyy-mm-dd"),  # noqa: DTZ001 - a cell has no time zone
        (datetime(2026, 3, 3, 0, 30), "yyyy-mm-dd hh:mm"),  # noqa: DTZ001
        (0.25, "0.00%"),
        (True, "General"),
        (None, "General"),
        ("007", "@"),
        ("+26658123456", "@"),
    ]
    plain = ["-1234.50", "12", "2026-03-02", "2026-03-03 00:30", "0.25", "True", "", "007", "'+26658123456"]
    assert lines(write(Table(["x"] * 9, [row]), "csv"))[1] == plain


def test_totals_stand_below_and_are_bold() -> None:
    content = write(Table(["Loan", "Owed"], [["LA1", Decimal(5)]], [["In all", Decimal(5)]]), "xlsx")
    assert [[c.font.bold for c in row] for row in cells(content)] == [[True] * 2, [False] * 2, [True] * 2]
    assert lines(write(Table(["Loan"], [["LA1"]], [["In all"]]), "csv")) == [["Loan"], ["LA1"], ["In all"]]


def test_excel_knows_the_encoding_of_a_csv() -> None:
    content = write(Table(["Name"], [["Šekhonyana"]]), "csv")
    assert content.startswith("\ufeff".encode())
    assert lines(content)[1] == ["Šekhonyana"]


def test_what_was_kept_before_the_rule_of_texts_breaks_no_export() -> None:
    table = Table(["Name"], [["Tha\x07bo\u202e \u200bM\ud800"]])
    assert cells(write(table, "xlsx"))[1][0].value == "Thabo M"
    assert lines(write(table, "csv"))[1] == ["Thabo M"]


def test_a_file_keeps_its_name_whatever_it_is_called() -> None:
    answer = download(Table(["x"], []), 'a"b\u0161', "csv")
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_a_long_table_leaves_from_disk(file_format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "IN_MEMORY", 1000)
    rows = [[f"LA{n}", Decimal(n), None if n % 2 else "=1", Percent("0.1")] for n in range(writing.MEASURED + 50)]
    table = Table(["Loan", "Owed", "Note", "Rate"], iter(rows), [["In all", Decimal(5)]])
    answer = download(table, "loans", file_format)
    assert answer.streaming
    content = b"".join(answer)
    if file_format == "csv":
        assert [line[0] for line in lines(content)] == ["Loan", *(row[0] for row in rows), "In all"]
        return
    given = [[(cell.value, cell.number_format) for cell in row] for row in cells(content)[1:-1]]
    for n, row in enumerate(given):
        note = (None, "General") if n % 2 else ("=1", "@")
        assert row == [(f"LA{n}", "@"), (n, "#,##0.00"), note, (0.1, "0.00%")]
