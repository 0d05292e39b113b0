"""Rows that are no records are told from those that are, and sums are held against the rows above them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from apps.users.spreadsheets.outline import Outline, Sums, heading_in, outline_of, sentence, total_in
from apps.users.spreadsheets.values import read_amount

HEAD = {"1": "Name", "2": "Phone", "3": "Amount", "4": "Note"}
READ = {"3": read_amount}
OTHERS = {"1", "2"}


def outline(*rows: dict[str, Any]) -> Outline:
    return outline_of(enumerate(rows, start=2), HEAD, READ, OTHERS)


@pytest.mark.parametrize("cells", [{"1": "MASERU BRANCH"}, {"3": "Printed on 30 November"}, HEAD])
def test_a_heading(cells: dict[str, Any]) -> None:
    assert heading_in(cells, HEAD)


@pytest.mark.parametrize("cells", [{"3": "4500"}, {"2": ["number", "59900001", ""]}, {"1": "A", "2": "B"}])
def test_no_heading(cells: dict[str, Any]) -> None:
    assert not heading_in(cells, HEAD)


@pytest.mark.parametrize(
    "label", ["Total", "SUB-TOTAL Maseru", "Grand total:", "Kakaretso", "Maseru subtotal", "Totals"]
)
def test_a_total(label: str) -> None:
    assert total_in({"1": label, "3": "4,500.00"}, READ, OTHERS) == (label, {"3": Decimal(4500)})


@pytest.mark.parametrize(
    "cells",
    [
        {"1": "Total Moeti", "2": ["number", "59900001", ""], "3": "1"},  # somebody of that name
        {"1": "Total", "3": "1", "4": "by hand"},
        {"1": "Totally", "3": "1"},
        {"1": "Palesa", "3": "1"},
        {"2": "1", "3": "1"},
    ],
)
def test_no_total(cells: dict[str, Any]) -> None:
    assert total_in(cells, READ, OTHERS) is None


def test_sums_are_held_against_their_section_or_the_whole() -> None:
    said = outline(
        {"1": "MASERU"},
        {"1": "A", "2": "1", "3": "10"},
        {"1": "Sub-total", "3": "10"},
        {"1": "LERIBE"},
        {"1": "B", "2": "2", "3": "20"},
        {"1": "Sub-total", "3": "25"},
        {"1": "GRAND TOTAL", "3": "31"},
    )
    sums = Sums(said, {"3": "Amount"})
    for number, amount in ((2, 0), (3, 10), (4, 10), (5, 0), (6, 20), (7, 25), (8, 31)):
        sums.take(number, {"3": Decimal(amount)})
    assert sums.warnings == [
        "Row 7 (“Sub-total”) says 25.00 under Amount, and the rows above it add up to 20.00: a difference of 5.00.",
        "Row 8 (“GRAND TOTAL”) says 31.00 under Amount, and the rows above it add up to 30.00: a difference of 1.00.",
    ]
    assert sentence(said) == "2 headings and 3 totals are left out: rows 2, 4, 5, 7, 8 (“MASERU”, “LERIBE”)."


def test_amounts_alone_are_a_sum_only_where_they_are_equal() -> None:
    said = outline({"1": "A", "2": "1", "3": "10"}, {"3": "10"}, {"3": "11"})
    sums = Sums(said, {"3": "Amount"})
    for number, amount in ((2, 10), (3, 10), (4, 11)):
        sums.take(number, {"3": Decimal(amount)})
    assert (list(said.totals), sums.warnings) == ([3], [])
    assert sentence(Outline()) == ""
