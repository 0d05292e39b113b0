"""Rows of a sheet that are no records: headings of sections, headings again, and sums. They are left out and said, and
the sums are compared with the rows above them: they are control totals of the file's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from apps.mfis.core.amounts import parse_amount
from apps.mfis.core.texts import shown
from apps.users.spreadsheets.files.cells import Cell, Kind, Spoken, cell_from
from apps.users.spreadsheets.heads import text_of_cell
from apps.users.spreadsheets.kinds import plain

LEAST_COLUMNS = 3  # of a sheet in which a row of one text is a heading: of two, one may be left empty
MOST_SAID = 10  # rows that a sentence names

_TOTAL = re.compile(r"(?<![^\W\d_])(?:sub-?|grand *)?totals?(?![^\W\d_])|kakaretso|palo ?kaofela", re.IGNORECASE)
_GRAND = re.compile(r"grand|kakaretso e kholo|kaofela", re.IGNORECASE)

Cells = Mapping[str, Spoken]


@dataclass(slots=True)
class Outline:
    """What is left out of a sheet: the text of each heading, and of each sum its label and amounts by place."""

    headings: dict[int, str] = field(default_factory=dict)
    totals: dict[int, tuple[str, dict[str, Decimal]]] = field(default_factory=dict)
    unnamed: dict[int, dict[str, Decimal]] = field(default_factory=dict)  # amounts alone: sums, if they are equal


Read = Callable[[str], Decimal | None]


def outline_of(
    rows: Iterable[tuple[int, Cells]], head: Mapping[str, str], readers: Mapping[str, Read], others: Container[str]
) -> Outline:
    """Which of these rows are no records; `readers` read the amounts of the columns that hold such, by place; what
    stands at one of the `others` is a record's."""
    found = Outline()
    for number, cells in rows:
        if len(head) >= LEAST_COLUMNS and (text := heading_in(cells, head)):
            found.headings[number] = text
        elif (said := total_in(cells, readers, others)) is not None:
            label, amounts = said
            if label:
                found.totals[number] = said
            else:
                found.unnamed[number] = amounts
    return found


def heading_in(cells: Cells, head: Mapping[str, str]) -> str:
    """The text of a row in which nothing else stands, or that says the headings again; "" for any other row."""
    if len(cells) == 1:
        (said,) = cells.values()
        return shown(said) if isinstance(said, str) and any(c.isalpha() for c in said) else ""
    again = [place for place, said in cells.items() if plain(text_of_cell(said)) == plain(head.get(place, ""))]
    return shown(text_of_cell(next(iter(cells.values())))) if len(again) * 2 > len(head) else ""


def total_in(
    cells: Cells, readers: Mapping[str, Read], others: Container[str]
) -> tuple[str, dict[str, Decimal]] | None:
    """The label of a row of sums and its amounts by place; None for a row that is none."""
    label, amounts, count = "", {}, 0
    for place, said in cells.items():
        cell = cell_from(said)
        if cell.kind is Kind.TEXT and _TOTAL.search(cell.text) and not label:
            label = shown(cell.text)
            continue
        amount = None if place in others else amount_of(cell, readers.get(place, parse_amount))
        if amount is None and cell.kind is not Kind.ERROR:
            return None
        count += 1
        if amount is not None and place in readers:
            amounts[place] = amount
    return (label, amounts) if count and (label or len(amounts) == len(cells)) else None


def amount_of(cell: Cell, read: Read) -> Decimal | None:
    """What a cell adds to the sum of its column; None where it is no amount."""
    if cell.kind is Kind.NUMBER:
        return Decimal(cell.text)
    try:
        return read(cell.text.strip()) if cell.kind is Kind.TEXT else None
    except ValueError:
        return None


class Sums:
    """Adds up the records of a sheet as it goes, and compares each row of sums with those above it."""

    def __init__(self, outline: Outline, names: Mapping[str, str]) -> None:
        self.outline, self.names = outline, names
        self.whole: dict[str, Decimal] = dict.fromkeys(names, Decimal(0))
        self.section: dict[str, Decimal] = dict(self.whole)
        self.has_section = False
        self.warnings: list[str] = []

    def take(self, number: int, amounts: Mapping[str, Decimal]) -> None:
        """Takes the next row of the sheet."""
        if number in self.outline.headings:
            return
        if number in self.outline.totals:
            self._compare(number, *self.outline.totals[number])
        elif number in self.outline.unnamed and self._equal(self.outline.unnamed[number]):
            self.outline.totals[number] = ("", self.outline.unnamed[number])
        else:
            self.has_section = True
            for place, amount in amounts.items():
                self.whole[place] += amount
                self.section[place] += amount
            return
        self.section, self.has_section = dict.fromkeys(self.names, Decimal(0)), False

    def _equal(self, amounts: Mapping[str, Decimal]) -> bool:
        """Whether these are what the rows above add up to: of the section, or of the whole sheet."""
        return any(all(sums[place] == amount for place, amount in amounts.items()) for sums in self._candidates())

    def _candidates(self) -> list[dict[str, Decimal]]:
        return [self.section, self.whole] if self.has_section else [self.whole]

    def _compare(self, number: int, label: str, amounts: Mapping[str, Decimal]) -> None:
        if self._equal(amounts):
            return
        sums = self.whole if _GRAND.search(label) or not self.has_section else self.section
        for place, amount in amounts.items():
            if sums[place] != amount:
                self.warnings.append(
                    f"Row {number} (“{label}”) says {amount:,.2f} under {self.names[place]}, and the rows above it add "
                    f"up to {sums[place]:,.2f}: a difference of {amount - sums[place]:,.2f}."
                )


def sentence(outline: Outline) -> str:
    """What is left out, and which rows; "" where nothing is."""
    headings, totals = len(outline.headings), len(outline.totals)
    if not headings + totals:
        return ""
    numbers = sorted([*outline.headings, *outline.totals])
    told = ", ".join(map(str, numbers[:MOST_SAID])) + (" …" if len(numbers) > MOST_SAID else "")
    what = [f"{n} {word}{'' if n == 1 else 's'}" for n, word in ((headings, "heading"), (totals, "total")) if n]
    is_one = headings + totals == 1
    texts = [f"“{text[:40]}”" for text in list(outline.headings.values())[:3]]
    named = f" ({', '.join(texts)}{' …' if headings > len(texts) else ''})" if texts else ""
    return f"{' and '.join(what)} {'is' if is_one else 'are'} left out: row{'' if is_one else 's'} {told}{named}."
