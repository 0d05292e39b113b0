"""Dates as people and other systems write them, in English and Sesotho. What may be two days is asked about, unless it
was said for the whole column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, timedelta

from apps.mfis.core.texts import shown

# Year first, or the month as a word: these say which is which.
_YEAR_FIRST = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})")
_EIGHT_DIGITS = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})")  # 1990 0527; day first it would be in no year
_DAY_AND_MONTH = re.compile(r"([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
_DAY_WORD_YEAR = re.compile(r"([0-9]{1,2})(st|nd|rd|th)?[-/ .]*('?[^\W\d]+)[-/., ]*([0-9]{4}|[-/., ']+[0-9]{2})")
_WORD_DAY_YEAR = re.compile(r"('?[^\W\d]+)[. ]*([0-9]{1,2})(st|nd|rd|th)?[, ]+([0-9]{4})")
_TIME = re.compile(r"[T ][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?( ?[AaPp][Mm])?Z?$")  # says nothing of the day

_MONTHS = (
    ("january", "jan", "pherekhong", "pherekgong"),
    ("february", "feb", "hlakola", "tlhakola"),
    ("march", "mar", "hlakubele", "tlhakubele"),
    ("april", "apr", "mmesa", "mesa"),
    ("may", "motseanong", "motsheanong"),
    ("june", "jun", "phupjane"),
    ("july", "jul", "phupu"),
    ("august", "aug", "phato"),
    ("september", "sep", "sept", "loetse", "lwetse"),
    ("october", "oct", "mphalane"),
    ("november", "nov", "pulungoana", "pulungwana"),
    ("december", "dec", "tsitoe", "tsitwe", "tshitoe", "tshitwe"),
)
MONTHS = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}

_EPOCHS = {"1900": date(1899, 12, 30), "1904": date(1904, 1, 1)}
_LONGEST = 60  # characters
_FIRST_SERIAL, _LAST_SERIAL = 61, 73_050  # before, spreadsheets count a day that never was; the end is the year 2099


def read_date(text: str, said: Mapping[str, str] | None = None, today: date | None = None) -> date | None:
    """A date as people write it; None for an empty cell. `said` is what was said of the whole column (`readings.py`).

    Raises:
        ValueError: it is none, or its day may be its month; with how to write it.
    """
    if not text:
        return None
    if len(text) > _LONGEST:
        raise ValueError(_no_date(text))
    said = said or {}
    plain = " ".join(_TIME.sub("", text).replace("\u2019", "'").split())
    if parts := _YEAR_FIRST.fullmatch(plain):
        return _date(text, int(parts[1]), int(parts[3]), int(parts[4]))
    if parts := _EIGHT_DIGITS.fullmatch(plain):
        return _date(text, int(parts[1]), int(parts[2]), int(parts[3]))
    if parts := _DAY_AND_MONTH.fullmatch(plain):
        return _in_figures(text, int(parts[1]), int(parts[3]), parts[4], said, today)
    return _with_word(text, plain, said, today)


def _with_word(text: str, plain: str, said: Mapping[str, str], today: date | None) -> date:
    if parts := _DAY_WORD_YEAR.fullmatch(plain):
        day, word, year = parts[1], parts[3], parts[4]
    elif parts := _WORD_DAY_YEAR.fullmatch(plain):
        day, word, year = parts[2], parts[1], parts[4]
    else:
        raise ValueError(_no_date(text))
    month = MONTHS.get(_letters(word))
    if month is None:
        raise ValueError(_no_date(text))
    return _of_year(text, year.strip("-/., '"), month, int(day), said, today)


def _letters(word: str) -> str:
    """A word without its marks: Tšitoe is tsitoe."""
    return "".join(c for c in unicodedata.normalize("NFKD", word.lower()) if c.isalpha())


def _in_figures(text: str, first: int, second: int, year: str, said: Mapping[str, str], today: date | None) -> date:
    """A date like 27/05/1990: the day is what can be no month, or what was said of the column."""
    order = said.get("days", "")
    day, month = (second, first) if order == "month-first" else (first, second)
    if order or first == second:
        return _of_year(text, year, month, day, said, today)
    if first <= 12 and second <= 12:
        raise ValueError(_either(text, first, second, year))
    if first <= 12 < second <= 31:
        raise ValueError(f"{_no_date(text)} Or say of the column that the month comes first.")
    return _of_year(text, year, second, first, said, today)


def _either(text: str, first: int, second: int, year: str) -> str:
    if len(year) == 2:
        return f"“{shown(text)}” may be several days; write it like 1990-05-27, or say of the column how it is written."
    one, other = date(int(year), second, first), date(int(year), first, second)
    return f"“{shown(text)}” may be {one:%-d %B %Y} or {other:%-d %B %Y}; write {one} or {other}, as it is meant."


def _of_year(text: str, year: str, month: int, day: int, said: Mapping[str, str], today: date | None) -> date:
    """The date, where a year of two digits was said to be of one century."""
    if len(year) == 4:
        return _date(text, int(year), month, day)
    way = said.get("years", "")
    if not way:
        raise ValueError(
            f"“{shown(text)}” is not a date; write 1990-05-27 or 27 May 1990, with all four digits of the year, or say "
            "of the column which years are meant."
        )
    if way != "past":
        return _date(text, int(way) + int(year), month, day)
    found = _date(text, 2000 + int(year), month, day)
    return found if today is None or found <= today else _date(text, 1900 + int(year), month, day)


def _date(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(_no_date(text)) from None


def _no_date(text: str) -> str:
    return f"“{shown(text)}” is not a date; write 1990-05-27 or 27 May 1990."


def date_of_number(number: str, name: str, way: str) -> str:
    """The day that a number in a column of dates stands for, as 1990-05-27: 19900527, or days counted as spreadsheets
    do, from `way` (1900 or 1904).

    Raises:
        ValueError: it is none, or it was not said how it counts.
    """
    if _EIGHT_DIGITS.fullmatch(number):
        return _no_name(number)
    if not way:
        raise ValueError(
            f"{name} holds the number {number}; format the cell as a date, or say of the column that its numbers are "
            "days as spreadsheets count them."
        )
    if not number.isdecimal() or not _FIRST_SERIAL <= int(number) <= _LAST_SERIAL:
        raise ValueError(f"{name} holds the number {number}, which is no day; write it like 1990-05-27.")
    return (_EPOCHS[way] + timedelta(days=int(number))).isoformat()


def _no_name(number: str) -> str:
    found = read_date(number)
    return found.isoformat() if found else ""
