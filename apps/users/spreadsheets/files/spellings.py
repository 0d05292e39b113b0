"""How the cells of each column are written, counted while a file is read: what may be read in two ways is asked about
once for the whole column, and what proves one of the ways is counted too."""

from __future__ import annotations

import re
from collections import Counter

from apps.users.spreadsheets.files.cells import Cell, Kind

# 27/05/1990, 05/27/1990, 05/06/1990; a year of two digits; a number that may count days.
DAY, MONTH, EITHER, YEARS, SERIAL = "day", "month", "either", "years", "serial"
# 4.500; what says that a point parts thousands, or lisente; (500) and 500-; nil and -.
POINT, THOUSANDS, DECIMALS, BELOW, NIL = "point", "thousands", "decimals", "below", "nil"

NILS = frozenset({"nil", "-", "\u2013", "\u2014", "--"})
_DATE = re.compile(r"\s*([0-9]{1,2})([-/. ])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?:[T ][0-9]{1,2}:[0-9]{2}.*)?\s*")
_WORD = re.compile(r"\s*[0-9]{1,2}(?:st|nd|rd|th)?[-/. ]*[^\W\d]{3,}[-/., ']+[0-9]{2}\s*")
BEFORE_THREE = re.compile(r"[^0-9]*[1-9][0-9]{0,2}(?:[ \xa0][0-9]{3})*\.[0-9]{3}[^0-9]*")
_THOUSANDS = re.compile(r"[^0-9]*[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+,[0-9]{1,2}|(?:\.[0-9]{3}){2,})[^0-9]*")
_DECIMALS = re.compile(r"[^0-9.]*[0-9][0-9, \xa0]*\.[0-9]{1,2}[^0-9]*")
_BELOW = re.compile("\\D*\\(.*[0-9].*\\)\\D*|\\D*[0-9][0-9., \xa0]*\\s*[-\u2212]")
_DIGIT = re.compile("[0-9]")
_LONGEST = 30
_SERIALS = range(3_654, 73_051)  # of the years 1910 to 2099


class Spellings:
    """Of each column of a sheet how many of its cells are written in which way."""

    def __init__(self) -> None:
        self._found: Counter[tuple[int, str]] = Counter()

    def look(self, column: int, cell: Cell) -> None:
        text = cell.text
        if cell.kind is Kind.NUMBER:
            if len(text) < 6 and cell.format in ("", "General", "?") and text.isdecimal() and int(text) in _SERIALS:
                self._found[column, SERIAL] += 1
        elif cell.kind is Kind.TEXT and len(text) <= _LONGEST and (len(text) == 3 or not text.isalpha()):
            for way in ways_of(text):
                self._found[column, way] += 1

    def said(self) -> dict[str, dict[str, int]]:
        """Counts by way of writing, by column."""
        told: dict[str, dict[str, int]] = {}
        for (column, way), count in self._found.items():
            told.setdefault(str(column), {})[way] = count
        return told


def ways_of(text: str) -> list[str]:
    """The ways in which a text is written that say something of its column, or have to be asked about."""
    if text.strip().lower() in NILS:
        return [NIL]
    if text.isdecimal() or not _DIGIT.search(text):
        return []
    if date := _DATE.fullmatch(text):
        first, second = int(date[1]), int(date[3])
        years = [YEARS] if len(date[4]) == 2 else []
        return years + _order(first, second)
    if _WORD.fullmatch(text):
        return [YEARS]
    below = [BELOW] if _BELOW.fullmatch(text) else []
    for way, form in ((POINT, BEFORE_THREE), (THOUSANDS, _THOUSANDS), (DECIMALS, _DECIMALS)):
        if form.fullmatch(text):
            return [*below, way]
    return below


def _order(first: int, second: int) -> list[str]:
    if first <= 12 < second <= 31:
        return [MONTH]
    if second <= 12 < first <= 31:
        return [DAY]
    return [EITHER] if first != second and first <= 12 and second <= 12 else []
