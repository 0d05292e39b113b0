"""Cells as people write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.mfis.core.errors import InvalidInput
from apps.users.spreadsheets import reading
from apps.users.spreadsheets.reading import Column, read_amount, read_date, read_rows

COLUMNS = [Column("name", "Name", required=True), Column("born", "Date of birth", also=("dob",))]


def test_dates_are_day_first() -> None:
    texts = ("1990-05-27", "27/05/1990", "27-05-1990", "27.05.1990", "27 May 1990")
    assert {read_date(text) for text in texts} == {date(1990, 5, 27)}
    assert read_date("") is None
    with pytest.raises(ValueError, match="write 1990-05-27"):
        read_date("05/27/1990")


def test_amounts_may_have_commas_and_a_currency() -> None:
    assert {read_amount(text) for text in ("4500", "M4,500.00", "M 4 500")} == {Decimal(4500)}
    assert read_amount("M") is None
    for text in ("lots", "NaN", "Infinity"):
        with pytest.raises(ValueError, match="is not an amount"):
            read_amount(text)


def test_headers_are_found_by_any_of_their_names_in_any_order() -> None:
    (row,) = read_rows(b"DoB;name\n\n1990-05-27;Palesa\n", "people.csv", COLUMNS)
    assert (row.number, row.cells) == (3, {"born": "1990-05-27", "name": "Palesa"})


def test_a_file_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAXIMUM_ROWS", 1)
    assert len(read_rows(b"Name\nA\n", "people.csv", COLUMNS)) == 1
    with pytest.raises(InvalidInput, match="more than 1 rows"):
        read_rows(b"Name\nA\nB\n", "people.csv", COLUMNS)
    monkeypatch.setattr(reading, "MAXIMUM_BYTES", 5)
    with pytest.raises(InvalidInput, match="split it"):
        read_rows(b"Name\nA\n", "people.csv", COLUMNS)
