"""Which sheet and which row name the columns, and which column each of them is. Proposals: the person decides."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from typing import Any

from apps.mfis.core.texts import shown
from apps.users.spreadsheets.files.cells import Spoken, letters
from apps.users.spreadsheets.kinds import Column, forms_of, plain

HEAD_WITHIN = 20  # rows from the top that may stand above the head: a title, a date

EXAMPLES = 3


@dataclass(slots=True)
class SheetSeen:
    """What is kept of a sheet beside its rows: enough to choose by."""

    name: str
    rows: int = 0
    first: list[tuple[int, dict[int, Spoken]]] = field(default_factory=list)
    merged: list[Sequence[int]] = field(default_factory=list)
    note: str = ""
    spellings: dict[str, dict[str, int]] = field(default_factory=dict)  # by place: cells by the way they are written

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "rows": self.rows,
            "first": self.first,
            "merged": self.merged[:MOST_MERGED],
            "has_more_merged": len(self.merged) > MOST_MERGED,
            "note": self.note,
            "spellings": self.spellings,
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> SheetSeen:
        first = [(number, {int(place): cell for place, cell in cells.items()}) for number, cells in said["first"]]
        return cls(said["name"], said["rows"], first, said["merged"], said["note"], said.get("spellings", {}))

    def row(self, number: int) -> dict[int, Spoken]:
        """What stands in one of its first rows."""
        return next((cells for n, cells in self.first if n == number), {})


MOST_MERGED = 200

FAULTS = "Faults"  # the column that our own copy of faulty rows has beside those of the file


def text_of_cell(cell: Spoken) -> str:
    return cell if isinstance(cell, str) else cell[1]


@dataclass(frozen=True, slots=True)
class Head:
    """A row that may name the columns: its sheet, its number, how many columns it names, and whether all that are
    required are among them."""

    sheet: int
    number: int
    named: int
    is_whole: bool


def heads_of(sheets: Sequence[SheetSeen], columns: Sequence[Column], needed: Iterable[frozenset[str]]) -> list[Head]:
    """The best row of each sheet, the best sheet first. Of each set of keys in `needed` one must be there."""
    found = [head for place, sheet in enumerate(sheets) if (head := _head_of(place, sheet, columns, list(needed)))]
    return sorted(found, key=lambda head: (-head.is_whole, -head.named, head.sheet))


def _head_of(place: int, sheet: SheetSeen, columns: Sequence[Column], needed: Sequence[frozenset[str]]) -> Head | None:
    best: Head | None = None
    known = frozenset().union(*(column.names() for column in columns))
    for number, _cells in sheet.first:
        texts = frozenset[str]().union(*map(forms_of, head_at(sheet, number, known).values()))
        keys = {column.key for column in columns if texts & column.names()}
        head = Head(place, number, len(keys), all(keys & any_of for any_of in needed))
        if best is None or (head.is_whole, head.named) > (best.is_whole, best.named):
            best = head
    return best


def head_at(sheet: SheetSeen, number: int, known: Container[str]) -> dict[int, str]:
    """The headings in a row, by place: of two that are alike each has its group's name before it, which stands in the
    row above; there also stands what is merged down from it, or is the name of a column that is `known`. Row 0: the
    columns by their letters."""
    if not number:
        places = {place for _number, cells in sheet.first for place in cells}
        return {place: f"Column {letters(place)}" for place in sorted(places)}
    own = {place: text_of_cell(cell) for place, cell in sheet.row(number).items()}
    above = {place: text_of_cell(cell) for place, cell in sheet.row(number - 1).items()}
    down = {area[1] for area in sheet.merged if area[0] < number <= area[2]}
    down |= {place for place, text in above.items() if plain(text) in known and place not in own}
    groups = _groups({place: text for place, text in above.items() if place not in down}, sheet, number)
    named = Counter(map(plain, own.values()))
    found = {
        place: f"{groups[place]} {text}" if named[plain(text)] > 1 and place in groups else text
        for place, text in own.items()
    }
    return dict(sorted(({place: above[place] for place in down if place in above} | found).items()))


def _groups(above: Mapping[int, str], sheet: SheetSeen, number: int) -> dict[int, str]:
    """The name of the group over each place: as far as it is merged, or up to the next name."""
    spans = {area[1]: area[3] for area in sheet.merged if area[0] <= number - 1 <= area[2]}
    if len(above) < 2 and not spans.keys() & above.keys():
        return {}  # a title
    starts = [*sorted(above), max([*above, *sheet.row(number)], default=0) + 1]
    return {
        place: above[start]
        for start, following in pairwise(starts)
        for place in range(start, min(spans.get(start, following - 1), following - 1) + 1)
    }


def fitting(heads: Sequence[Head]) -> list[Head]:
    """Those that name everything that is required: where there are several, one of them has to be chosen. One that
    names not half as many columns as the best is none: our own templates tell of each column on a second sheet."""
    whole = [head for head in heads if head.is_whole]
    most = max((head.named for head in whole), default=0)
    return [head for head in whole if head.named * 2 >= most]


@dataclass(slots=True)
class Proposal:
    """Keys by place, why each is proposed ("name", "before"), and what has to be said or decided."""

    targets: dict[int, str] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)


def propose(head: Mapping[int, str], columns: Sequence[Column], before: Mapping[str, str]) -> Proposal:
    """Which column stands at each place: as the last file of this shape was understood, or by name.

    Of two headings that name one column neither is taken.
    """
    proposal, places = Proposal(), defaultdict(list)
    keys = {column.key for column in columns}
    for place, text in head.items():
        if (known := before.get(plain(text))) is not None:
            proposal.reasons[place] = "before"
            if known in keys:
                places[known].append(place)
        elif column := next((column for column in columns if column.matches(text)), None):
            proposal.reasons[place] = "name"
            places[column.key].append(place)
    for key, found in places.items():
        if len(found) == 1:
            proposal.targets[found[0]] = key
            continue
        column = next(column for column in columns if column.key == key)
        where = " and ".join(f"“{shown(head[place])}” ({letters(place)})" for place in found)
        proposal.doubts.append(f"{where} both name the column “{column.header}”; choose one of them.")
        for place in found:
            proposal.reasons.pop(place)
    return proposal


def left_out(head: Mapping[int, str], taken: Container[int]) -> str:
    """A sentence about the columns of the file that nothing takes; empty where there are none."""
    unknown = [
        f"“{shown(text)}” ({letters(place)})" for place, text in head.items() if place not in taken and text != FAULTS
    ]
    return f"Nothing takes what stands under {', '.join(unknown)}; it is left out." if unknown else ""


def shape_of(head: Mapping[int, str]) -> str:
    """What files of one making have in common: their headings, in any order."""
    return sha256("\n".join(sorted(map(plain, head.values()))).encode()).hexdigest()
