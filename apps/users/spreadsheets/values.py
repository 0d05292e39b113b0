"""What cells say, by what their column holds. Nothing is guessed: what may be read in two ways is a fault."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from apps.mfis.core.amounts import parse_amount
from apps.mfis.core.texts import clean_text, shown
from apps.users.spreadsheets.dates import read_date
from apps.users.spreadsheets.files.cells import UNKNOWN_FORMAT, Cell, Kind


class Holds(StrEnum):
    """What a column holds."""

    TEXT = "text"
    PARAGRAPH = "paragraph"
    DIGITS = "digits"  # an ID, a phone number: a text of digits, whose leading zeros count
    PHONE = "phone"  # digits without leading zeros
    DATE = "date"
    AMOUNT = "amount"
    PERCENT = "percent"
    TRUTH = "truth"
    COUNT = "count"  # a whole number


MAXIMUM_DIGITS = 15  # that a spreadsheet's number holds; it changes those behind to zeros
_MADE_A_NUMBER = re.compile(r"[0-9]+[.,]0+|[0-9]([.,][0-9]+)?[eE][+-]?[0-9]+")  # 12345.0, 2E+11

_AS_TEXT = re.compile(r"^['\u2019](?=[0-9+])")  # '0123, by which a spreadsheet is told to keep zeros

OWN_CURRENCY = {"M", "L", "LSL", ""}


def text_of(cell: Cell, holds: Holds, name: str) -> str:
    """What a cell says as text: a number as the spreadsheet shows it, a date as 1990-05-27.

    Raises:
        ValueError: it cannot stand in such a column, with the remedy.
    """
    if cell.kind is Kind.ERROR:
        raise ValueError(f"{name} shows an error ({shown(cell.text)}); write the value itself.")
    if cell.kind is Kind.TEXT:
        text = clean_text(cell.text, name=name, paragraph=holds is Holds.PARAGRAPH)
        return _own_digits(text, name) if holds in (Holds.DIGITS, Holds.PHONE) else text
    read = _READERS.get((cell.kind, holds))
    if read is None:
        raise ValueError(_MISPLACED[cell.kind].format(name=name, text=cell.text))
    return read(cell, name)


def _own_digits(text: str, name: str) -> str:
    if _MADE_A_NUMBER.fullmatch(text):
        raise ValueError(f"{name} is {text}, as programs write numbers; write its digits themselves.")
    return _AS_TEXT.sub("", text)


_MISPLACED = {
    Kind.NUMBER: "{name} holds the number {text}; format the cell as text, and type it anew.",
    Kind.DATE: "{name} holds a date ({text}), as spreadsheets make of numbers; format the cell as text, type it anew.",
    Kind.TIME: "{name} holds a time ({text}); write it without.",
    Kind.BOOLEAN: "{name} holds {text}, true or false; write the text itself.",
}


def _as_it_is(cell: Cell, name: str) -> str:
    return cell.text


def _number_as_text(cell: Cell, name: str) -> str:
    return cell.text if cell.format == UNKNOWN_FORMAT else _shown_digits(cell, name)


def _digits(cell: Cell, name: str) -> str:
    if cell.format == UNKNOWN_FORMAT:
        raise ValueError(
            f"{name} holds the number {cell.text}, and this kind of file does not tell its leading zeros; "
            "save the file as XLSX, or format the column as text and type it anew."
        )
    return _shown_digits(cell, name)


_LITERAL = re.compile(r'"[^"]*"|\\.|[- /().+]')
_PLACES = re.compile(r'(?:"[^"]*"|\\.|[- /().+0#])+')


def _shown_digits(cell: Cell, name: str) -> str:
    """A whole number as its format shows it: 7 in 000000 is 000007, 58123456 in 0000 0000 is 5812 3456."""
    number, pattern = cell.text, cell.format.split(";")[0]
    if not number.isdecimal():
        raise ValueError(f"{name} holds the number {number}; format the cell as text, and type it anew.")
    if len(number) > MAXIMUM_DIGITS:
        raise ValueError(
            f"{name} has more than {MAXIMUM_DIGITS} digits in a number, and a spreadsheet keeps no more of them; "
            "format the cell as text, and type it anew."
        )
    if "0" not in pattern.replace("General", "") or not _PLACES.fullmatch(pattern) or "." in _outside(pattern):
        return number
    return _filled(pattern, number)


def _outside(pattern: str) -> str:
    """A number format without what it quotes."""
    return re.sub(r'"[^"]*"|\\.', "", pattern)


def _filled(pattern: str, number: str) -> str:
    """The digits in the places of the format, from the right; those for which it has no place stand before."""
    parts = re.findall(r'"[^"]*"|\\.|.', pattern)
    digits, written = list(number), []
    first = next(n for n, part in enumerate(parts) if part in "0#")
    for n, part in reversed(list(enumerate(parts))):
        if part not in "0#":
            written.append(part.strip('"').removeprefix("\\"))
            continue
        written.append(digits.pop() if digits else part.strip("#"))
        if n == first:
            written += reversed(digits)
    return "".join(reversed(written)).strip()


def _phone_number(cell: Cell, name: str) -> str:
    return cell.text if cell.format == UNKNOWN_FORMAT and cell.text.isdecimal() else _shown_digits(cell, name)


def _amount_number(cell: Cell, name: str) -> str:
    if "%" in _outside(cell.format):
        raise ValueError(f"{name} holds a percentage; write the amount, like 4500.00.")
    foreign = _currency(cell.format)
    if foreign not in OWN_CURRENCY:
        raise ValueError(f"{name} is in another currency ({shown(foreign)}); write maloti, like M 4500.00.")
    if len(cell.text.partition(".")[2]) > 2:
        raise ValueError(f"{name} is {cell.text}, and has more than two decimals; round it to lisente.")
    return cell.text


def _currency(number_format: str) -> str:
    """The currency that a number format writes: `[$R-1C09] #,##0.00` is R."""
    said = re.search(r"\[\$([^-\]]*)", number_format)
    if said:
        return said[1].strip()
    written = re.search(r'"([^"]*)"|([$€£¥R])', re.sub(r"\[[^\]]*\]|General|Red", "", number_format))
    return (written[1] or written[2] or "").strip(" ().-") if written else ""


def _percent_number(cell: Cell, name: str) -> str:
    if "%" in _outside(cell.format):
        return f"{Decimal(cell.text) * 100:f}%"
    return cell.text


def _day_of_time(cell: Cell, name: str) -> str:
    if len(cell.text) < len("1990-05-27 00:00"):
        raise ValueError(_MISPLACED[Kind.TIME].format(name=name, text=cell.text))
    return cell.text[: len("1990-05-27")]


_READERS: dict[tuple[Kind, Holds], Callable[[Cell, str], str]] = {
    (Kind.NUMBER, Holds.TEXT): _number_as_text,
    (Kind.NUMBER, Holds.PARAGRAPH): _number_as_text,
    (Kind.NUMBER, Holds.DIGITS): _digits,
    (Kind.NUMBER, Holds.PHONE): _phone_number,
    (Kind.NUMBER, Holds.AMOUNT): _amount_number,
    (Kind.NUMBER, Holds.PERCENT): _percent_number,
    (Kind.NUMBER, Holds.TRUTH): _as_it_is,
    (Kind.NUMBER, Holds.COUNT): _as_it_is,
    (Kind.DATE, Holds.DATE): _as_it_is,
    (Kind.TIME, Holds.DATE): _day_of_time,
    (Kind.BOOLEAN, Holds.TRUTH): _as_it_is,
}


def read_amount(text: str) -> Decimal | None:
    """An amount of money as people write it; None for an empty cell.

    Raises:
        ValueError: it is none, or may be read in two ways; with how to write it.
    """
    return parse_amount(text) if text else None


def read_percent(text: str) -> Decimal | None:
    """A percentage: 24, 24 % and 24,5% as 24 and 24.5; None for an empty cell.

    Raises:
        ValueError: it is none; or it is below one and has no sign, and may be a part of one.
    """
    if not text:
        return None
    said = re.fullmatch(r"(-?[0-9]{1,4})(?:[.,]([0-9]{1,6}))?( ?%)?", text)
    if said is None:
        raise ValueError(f"“{shown(text)}” is not a percentage; write 24% or 24.5%.")
    percent = Decimal(f"{said[1]}.{said[2] or 0}")
    if not said[3] and 0 < abs(percent) <= 1:
        raise ValueError(f"“{shown(text)}” may be {percent}% or {percent * 100:f}%; write it with the sign %.")
    return percent


_TRUTHS = {"yes": True, "y": True, "true": True, "1": True, "ee": True, "e": True}
_TRUTHS |= {"no": False, "n": False, "false": False, "0": False, "che": False}


def read_truth(text: str) -> bool | None:
    """Yes or no, in English or Sesotho; None for an empty cell.

    Raises:
        ValueError: it is neither.
    """
    if not text:
        return None
    if text.lower() not in _TRUTHS:
        raise ValueError(f"“{shown(text)}” is neither yes nor no; write yes or no.")
    return _TRUTHS[text.lower()]


def read_count(text: str) -> int | None:
    """A whole number, also written 12.0 or 1 200; None for an empty cell.

    Raises:
        ValueError: it is none.
    """
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]{1,3}([ ,]?[0-9]{3})*(\.0+)?|-?[0-9]{1,12}(\.0+)?", text):
        raise ValueError(f"“{shown(text)}” is not a whole number; write it like 12.")
    return int(re.sub(r"[ ,]|\.0+$", "", text))


def _text(text: str) -> str | None:
    return text or None


READ: dict[Holds, Callable[[str], Any]] = {
    Holds.TEXT: _text,
    Holds.PARAGRAPH: _text,
    Holds.DIGITS: _text,
    Holds.PHONE: _text,
    Holds.DATE: read_date,
    Holds.AMOUNT: read_amount,
    Holds.PERCENT: read_percent,
    Holds.TRUTH: read_truth,
    Holds.COUNT: read_count,
}


def shown_as(kind: Kind, text: str, number_format: str) -> object:
    """A cell as it is written into a file again, so that it is read as it was."""
    if kind is Kind.DATE:
        return date.fromisoformat(text)
    if kind is not Kind.NUMBER:
        return text
    places = number_format.split(";")[0].replace("General", "")
    if text.isdecimal() and "0" in places and _PLACES.fullmatch(places) and "." not in _outside(places):
        return _filled(places, text)
    return Decimal(text) if len(text) <= MAXIMUM_DIGITS and "." in text else text
