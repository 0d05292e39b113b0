"""What a person says once of a whole column, where its cells may be read in two ways: which comes first, day or month;
what the point in 4.500 is. Proposed where the column itself proves it; otherwise asked, and never guessed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.mfis.core.amounts import LONGEST, parse_amount
from apps.mfis.core.texts import shown
from apps.users.spreadsheets.dates import read_date
from apps.users.spreadsheets.files import spellings as ways
from apps.users.spreadsheets.values import READ, Holds

Spelled = Mapping[str, int]  # how many cells of a column are written in each way
Said = Mapping[str, str]  # answers by question, of one column


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a column that holds such values, where some of its cells are written in one of the ways `of`."""

    key: str
    holds: Holds
    of: tuple[str, ...]
    label: str | Promise
    choices: Mapping[str, str | Promise]
    proofs: Mapping[str, str]  # answer by the way of writing that proves it
    name: str  # of the commands' option


QUESTIONS = (
    Question(
        "days",
        Holds.DATE,
        (ways.EITHER, ways.MONTH),
        _("Dates like 05/06/1990"),
        {"day-first": _("Day first: 5 June 1990"), "month-first": _("Month first: 6 May 1990")},
        {ways.DAY: "day-first", ways.MONTH: "month-first"},
        "dates",
    ),
    Question(
        "years",
        Holds.DATE,
        (ways.YEARS,),
        _("Years of two digits, like 90"),
        {"past": _("The last such year until today"), "1900": _("1900 to 1999"), "2000": _("2000 to 2099")},
        {},
        "years",
    ),
    Question(
        "serials",
        Holds.DATE,
        (ways.SERIAL,),
        _("Numbers like 33020"),
        {"1900": _("Days counted from 1900, as Excel does"), "1904": _("Days counted from 1904, as old Macs did")},
        {},
        "serials",
    ),
    Question(
        "point",
        Holds.AMOUNT,
        (ways.POINT,),
        _("Amounts like 4.500"),
        {"thousands": _("The point parts thousands: 4500"), "decimals": _("The point parts lisente: 4.50")},
        {ways.THOUSANDS: "thousands", ways.DECIMALS: "decimals"},
        "point",
    ),
    Question(
        "negatives",
        Holds.AMOUNT,
        (ways.BELOW,),
        _("Amounts like (500.00) or 500.00-"),
        {"below-zero": _("Below zero: -500.00")},
        {},
        "negatives",
    ),
    Question(
        "nil",
        Holds.AMOUNT,
        (ways.NIL,),
        _("Amounts written nil or -"),
        {"zero": _("Zero"), "empty": _("Nothing is said")},
        {},
        "nil",
    ),
)


def questions_of(holds: Holds, spelled: Spelled) -> list[Question]:
    """What is to be asked of a column."""
    return [question for question in QUESTIONS if question.holds is holds and written_so(question, spelled)]


def written_so(question: Question, spelled: Spelled) -> int:
    """How many cells of a column a question is about."""
    return sum(spelled.get(way, 0) for way in question.of)


def answers(holds: Holds, asked: str) -> list[str]:
    """What may be said to a question of a column that holds such values."""
    return [answer for each in QUESTIONS if each.holds is holds and each.key == asked for answer in each.choices]


def proven(question: Question, spelled: Spelled) -> tuple[str, int]:
    """The answer that the column's other cells prove, and how many do; "" where none does, or they contradict."""
    found = [(answer, spelled[way]) for way, answer in question.proofs.items() if spelled.get(way)]
    return found[0] if len(found) == 1 else ("", 0)


def of_column(readings: Said, key: str) -> dict[str, str]:
    """What was said of one column: kept as "key.question"."""
    before = f"{key}."
    return {name.removeprefix(before): answer for name, answer in readings.items() if name.startswith(before)}


def reader_of(holds: Holds, said: Said, today: date | None) -> Callable[[str], Any]:
    """What reads the texts of a column."""
    if said and holds is Holds.DATE:
        return partial(read_date, said=said, today=today)
    if said and holds is Holds.AMOUNT:
        return partial(read_amount_as, said)
    return READ[holds]


_BRACKETS = re.compile(r"(\D*)\((.*[0-9].*)\)(\D*)")
_MINUS_BEHIND = re.compile("(.*[0-9].*?)\\s*[-\u2212]")
_SIGNED = re.compile("[-+\u2212]")
_LAST_ZERO = re.compile(r"(\.[0-9]{2})0(?![0-9])")


def read_amount_as(said: Said, text: str) -> Decimal | None:
    """An amount as it was said that the column writes them; None for an empty cell.

    Raises:
        ValueError: it is none, or may be read in two ways still.
    """
    if len(text) > LONGEST:
        return parse_amount(text)
    if not text or (text.lower() in ways.NILS and said.get("nil") == "empty"):
        return None
    if text.lower() in ways.NILS and said.get("nil") == "zero":
        return Decimal(0)
    found = (_BRACKETS.fullmatch(text) or _MINUS_BEHIND.fullmatch(text)) if said.get("negatives") else None
    if found is None:
        return _pointed(said.get("point", ""), text)
    inside = "".join(found.groups())
    if _SIGNED.search(inside):
        raise ValueError(f"“{shown(text)}” is not an amount; write -4500.00.")
    amount = _pointed(said.get("point", ""), inside.strip())
    return -amount


def _pointed(point: str, text: str) -> Decimal:
    found = ways.BEFORE_THREE.fullmatch(text) if point else None
    if found is None:
        return parse_amount(text)
    if point == "thousands":
        return parse_amount(text.replace(".", ""))
    return parse_amount(_LAST_ZERO.sub(r"\1", text))
