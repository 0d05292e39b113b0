"""Amounts as people write them: read as written, or asked about."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.mfis.core.amounts import parse_amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("4500", "4500"),
        ("4,500", "4500"),
        ("4,500.00", "4500.00"),
        ("4 500.00", "4500.00"),
        ("4\u00a0500,50", "4500.50"),
        ("4500,50", "4500.50"),
        ("4500,5", "4500.5"),
        ("4.500,00", "4500.00"),
        ("1.234.567", "1234567"),
        ("1.234.567,89", "1234567.89"),
        ("1,234,567", "1234567"),
        ("M4500", "4500"),
        ("M 4,500.00", "4500.00"),
        ("m4500", "4500"),
        ("LSL 4500", "4500"),
        ("4500 LSL", "4500"),
        (" 4500.5 ", "4500.5"),
        (".50", "0.50"),
        ("0", "0"),
        ("-4,500.00", "-4500.00"),
        ("M-4500", "-4500"),
        ("-M4500", "-4500"),
        ("\u22124500", "-4500"),
        ("+4500", "4500"),
    ],
)
def test_an_amount_is_read_as_it_is_written(text: str, amount: str) -> None:
    assert parse_amount(text) == Decimal(amount)
    assert str(parse_amount(text)) == str(Decimal(amount))


@pytest.mark.parametrize("text", ["4.500", "4 500.500", "0.500", "0,500", "4500.125", "4500,500"])
def test_a_group_of_three_digits_that_may_be_either_is_asked_about(text: str) -> None:
    with pytest.raises(ValueError, match="may be read in two ways"):
        parse_amount(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "M", "lots", "NaN", "Infinity", "1e5", "4,50,0", "4,5000", "45 00", "4 500 00", "4,500.0.0"),
        *("4.500,000", "1,234.567,89", "1.234,567.89", "4500.", "4500,", "4,500,", ",", ".", "--5", "5-", "(4500)"),
        *("5%", "R4500", "4.5M", "4500 M", "4500 4500", "٤٥٠٠", "4５00", "4_500", "0x10", "½", "4500.1234", "9" * 60),
        *("4500\n00", "45\x0000", "4,500 00", "1 234,567", "012,345"),
    ],
)
def test_what_is_no_amount_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"write 4500\.00") as refused:
        parse_amount(text)
    assert "\x00" not in str(refused.value)
