"""Cells as people write them: nothing is guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.users.spreadsheets.files.cells import UNKNOWN_FORMAT, Cell, Kind
from apps.users.spreadsheets.readings import read_amount_as
from apps.users.spreadsheets.values import Holds, read_amount, read_date, read_percent, read_truth, text_of


def number(text: str, number_format: str = "") -> Cell:
    return Cell(Kind.NUMBER, text, number_format)


@pytest.mark.parametrize(
    "text",
    ["1990-05-27", "27/05/1990", "27-05-1990", "27.05.1990", "27 May 1990", "27-May-1990", "May 27, 1990", "1990/5/27"],
)
def test_a_date_that_can_be_one_day_alone_is_read(text: str) -> None:
    assert read_date(text) == date(1990, 5, 27)


def test_a_day_that_may_be_the_month_is_asked_about() -> None:
    assert read_date("") is None
    assert read_date("05/05/1990") == date(1990, 5, 5)
    with pytest.raises(ValueError, match="may be 5 June 1990 or 6 May 1990; write 1990-06-05 or 1990-05-06"):
        read_date("05/06/1990")


@pytest.mark.parametrize("text", ["05/27/1990", "31/02/1990", "27/05/90", "33020", "1990", "27.05/1990", "today"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date; write 1990-05-27"):
        read_date(text)


def test_amounts_are_read_as_written() -> None:
    assert read_amount("") is None
    assert {read_amount(text) for text in ("4500", "M4,500.00", "M 4 500", "4.500,00")} == {Decimal(4500)}
    assert read_amount("4500,50") == Decimal("4500.50")
    for text in ("lots", "NaN", "Infinity", "M", "4.500"):
        with pytest.raises(ValueError, match=r"write 4500\.00"):
            read_amount(text)


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (number("7", "000000"), "000007"),
        (number("58123456", "0000 0000"), "5812 3456"),
        (number("58123456", "0000\\-0000"), "5812-3456"),
        (number("26658123456", '"+"0'), "+26658123456"),
        (number("123456", "0000"), "123456"),
        (number("200000000001"), "200000000001"),
        (number("200000000001", "General"), "200000000001"),
        (number("200000000001", "#,##0"), "200000000001"),
        (Cell(Kind.TEXT, " 007 "), "007"),
    ],
)
def test_an_id_is_read_as_the_cell_shows_it(cell: Cell, shown: str) -> None:
    assert text_of(cell, Holds.DIGITS, "National ID") == shown


@pytest.mark.parametrize(
    "cell",
    [
        number("7.5"),
        number("-7"),
        number("1234567890123450000"),
        number("7", UNKNOWN_FORMAT),
        Cell(Kind.DATE, "1990-05-27"),
        Cell(Kind.BOOLEAN, "TRUE"),
        Cell(Kind.ERROR, "#N/A"),
        Cell(Kind.TEXT, "7\u202e8"),
        Cell(Kind.TEXT, "200000000001.0"),
        Cell(Kind.TEXT, "2.00000E+11"),
        Cell(Kind.TEXT, "2E11"),
    ],
)
def test_an_id_that_a_spreadsheet_has_changed_is_refused(cell: Cell) -> None:
    with pytest.raises(ValueError, match="National ID"):
        text_of(cell, Holds.DIGITS, "National ID")


def test_a_number_is_an_amount_unless_its_format_says_otherwise() -> None:
    for number_format in ("", "#,##0.00", '"M" #,##0.00', "[$M-430] #,##0.00", "[$LSL] #,##0", "_-* #,##0.00_-"):
        assert text_of(number("4500.5", number_format), Holds.AMOUNT, "Income") == "4500.5"
    for cell, why in (
        (number("0.5", "0%"), "percentage"),
        (number("5", "[$R-1C09] #,##0.00"), "another currency"),
        (number("5", '"$"#,##0'), "another currency"),
        (number("4500.125"), "two decimals"),
        (Cell(Kind.DATE, "1990-05-27"), "date"),
        (Cell(Kind.ERROR, "#REF!"), "error"),
    ):
        with pytest.raises(ValueError, match=why):
            text_of(cell, Holds.AMOUNT, "Income")


def test_a_number_is_no_date() -> None:
    assert text_of(Cell(Kind.DATE, "1990-05-27"), Holds.DATE, "Born") == "1990-05-27"
    for cell in (number("33020"), Cell(Kind.TIME, "10:00"), Cell(Kind.BOOLEAN, "TRUE")):
        with pytest.raises(ValueError, match="Born"):
            text_of(cell, Holds.DATE, "Born")


def test_percentages_say_of_what() -> None:
    assert read_percent("") is None
    assert [read_percent(text) for text in ("24", "24%", "24,5 %", "0.5%")] == [24, 24, Decimal("24.5"), Decimal("0.5")]
    assert read_percent(text_of(number("0.24", "0%"), Holds.PERCENT, "Rate")) == 24
    for text in ("0.24", "1", "lots", "24 per cent"):
        with pytest.raises(ValueError, match="%"):
            read_percent(text)


def test_yes_and_no_in_both_languages() -> None:
    assert [read_truth(text) for text in ("Yes", "ee", "TRUE", "1")] == [True] * 4
    assert [read_truth(text) for text in ("no", "Che", "0", "")] == [False, False, False, None]
    with pytest.raises(ValueError, match="write yes or no"):
        read_truth("maybe")


@pytest.mark.parametrize(
    ("name", "month"),
    [
        *[("Pherekhong", 1), ("Hlakola", 2), ("Hlakubele", 3), ("'Mesa", 4), ("Mmesa", 4), ("Motšeanong", 5)],
        *[("Phupjane", 6), ("Phupu", 7), ("Phato", 8), ("Loetse", 9), ("Mphalane", 10), ("Pulungoana", 11)],
        *[("Tšitoe", 12), ("tsitoe", 12), ("MPHALANE", 10), ("Sept.", 9)],
    ],
)
def test_months_in_sesotho(name: str, month: int) -> None:
    assert read_date(f"27 {name} 1990") == date(1990, month, 27)


def test_years_of_two_digits_are_of_the_century_that_was_said() -> None:
    today = date(2026, 12, 1)
    said = {"days": "day-first", "years": "past"}
    assert read_date("05/06/26", said, today) == date(2026, 6, 5)
    assert read_date("05/06/27", said, today) == date(1927, 6, 5)
    assert read_date("27-May-90", said | {"years": "2000"}, today) == date(2090, 5, 27)


@pytest.mark.parametrize("text", ["(4 500.00)", "M(4,500)", "4500-", "4500.00 -"])
def test_what_is_below_zero_in_another_way(text: str) -> None:
    assert read_amount_as({"negatives": "below-zero"}, text) == -4500
    for twice in (f"-{text}", "(-4500)"):
        with pytest.raises(ValueError, match="is not an amount"):
            read_amount_as({"negatives": "below-zero"}, twice)


def test_a_very_long_text_is_no_date_and_no_amount() -> None:
    said = {"negatives": "below-zero", "years": "past"}
    for read in (read_date, lambda text: read_amount_as(said, text)):
        with pytest.raises(ValueError, match="is not a"):
            read("(1" * 16_000)
