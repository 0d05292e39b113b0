"""What a kind of spreadsheet says of itself. The engine does the rest: reading, mapping, rehearsal, run, undo, pages.

A kind is one class beside an interpreter, made known by `register` in the `imports.py` of its app, which is loaded when
Django starts. People, MFIs, products, loans: they differ in nothing else.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from django.utils.functional import Promise

from apps.mfis.core.actor import Actor
from apps.mfis.core.errors import NotFound
from apps.mfis.core.roles import Action
from apps.mfis.tenancy.models import MFI
from apps.users.spreadsheets.values import Holds

LENDER = "mfi"  # the column, added by the engine, that says whose a row is where a file is of many MFIs


class Mode(StrEnum):
    """What a run may do to records."""

    INSERT = "insert"  # what is there already is passed over
    UPDATE = "update"  # what is not there is a fault
    UPSERT = "upsert"


class Does(StrEnum):
    """What a row would do, or has done."""

    INSERT = "insert"
    UPDATE = "update"
    PASS = "pass"  # noqa: S105 - nothing is to be done


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a kind takes.

    `header` and `header_st` stand in its templates and on its pages; a column of a file is proposed for it by either,
    by `key`, or by one of the `synonyms`, whatever their case, spaces and signs. `holds` says what its cells are, and
    so what `Row.values` has; of `choices`, labels by value, a cell may say the value or the label, or one of the
    `words`: values by what another language or another system calls them. `example` and `note` (what to write) stand in
    the template.
    """

    key: str
    header: str
    header_st: str = ""
    required: bool = False
    synonyms: tuple[str, ...] = ()
    holds: Holds = Holds.TEXT
    choices: Mapping[str, str] | None = None
    words: Mapping[str, str] | None = None
    example: str = ""
    note: str | Promise = ""

    def names(self) -> frozenset[str]:
        """Every heading under which it is recognised, in its plain form."""
        return frozenset(map(plain, (self.key, self.header, self.header_st, *self.synonyms))) - {""}

    def matches(self, text: str) -> bool:
        return not self.names().isdisjoint(forms_of(text))


@dataclass(frozen=True, slots=True)
class Option:
    """What is asked once for a whole file: `holds` TRUTH is a box, DATE a day, or a list of `choices`. What says how a
    file is written is `remembered` for the next one of its shape."""

    key: str
    label: str | Promise
    holds: Holds = Holds.TEXT
    note: str | Promise = ""
    required: bool = False
    choices: Mapping[str, str] | None = None
    remembered: bool = False


@dataclass(slots=True)
class Row:
    """One row of a file, as an interpreter is given it and leaves it.

    Given: `number` as the spreadsheet shows it; by the key of each column that the file has, `cells` the text as it is
    read and `values` what it stands for (text, date, Decimal, bool, the value of a choice; None where it is empty or
    cannot be read, which is among `errors` already).

    Left by `interpret`: `errors`, `note` (why nothing is to be done; `does` is then PASS), `kept` (by column, what
    would be kept, as people read it), `does`, and `ready`, anything that `write` of the same chunk wants.

    Left by `write`: `record`, the id of what was made or changed, as text; `was`, what stood before a change, in JSON's
    types, for `undo`.
    """

    number: int
    cells: dict[str, str]
    values: dict[str, Any]
    errors: dict[str, list[str]] = field(default_factory=dict)
    note: str = ""
    kept: dict[str, str] = field(default_factory=dict)
    does: str = Does.INSERT
    ready: Any = None
    mfi: MFI | None = None  # whose it is; the engine says it
    record: str = ""
    was: dict[str, Any] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether something is to be done for it, and may be."""
        return not self.errors and not self.note

    def fail(self, key: str, message: str) -> None:
        """Adds a fault: at a column, or of the row as a whole (""); the sentence says the remedy."""
        self.errors.setdefault(key, []).append(message)

    def fail_all(self, errors: Mapping[str, Sequence[str]]) -> None:
        """Adds what a service would refuse, by field; what is wrong with a cell already is not said again."""
        for key, messages in errors.items():
            if key not in self.errors:
                self.errors[key] = list(messages)

    def pass_over(self, note: str) -> None:
        """Says that nothing is to be done, and why."""
        self.note, self.does = note, Does.PASS


@dataclass(frozen=True, slots=True)
class Made:
    """What a run made or changed by one row, as `undo` is given it."""

    number: int
    record: str
    does: str
    was: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """For whom, by whom and how one file is interpreted. The connection stands in the schema of `mfi`; without one in
    the public schema."""

    mfi: MFI | None
    actor: Actor
    today: date
    columns: frozenset[str]  # keys that the file has
    mode: Mode = Mode.INSERT
    key: str = ""  # the column of `Kind.keys` that the person chose
    options: Mapping[str, Any] = field(default_factory=dict)  # values of `Kind.options`
    run_id: UUID | None = None


class Interpreter(ABC):
    """One MFI's understanding of one file. It lives from the first chunk of rows to the last, and keeps what it has
    loaded beforehand and what earlier rows said."""

    def __init__(self, context: Context) -> None:
        self.context = context

    @abstractmethod
    def interpret(self, rows: list[Row]) -> None:
        """Says of each row what it would do, or what is wrong with it. Reads only. Rows come in the order of the file;
        those of one group (`Kind.group_by`) come together. Rows may have errors already."""

    @abstractmethod
    def write(self, rows: list[Row]) -> None:
        """Writes rows that are good, which it has just interpreted, set-wise and by the commands that forms and the API
        call, in the engine's transaction. What is refused after all fails its row, and has written nothing."""

    def undo(self, made: list[Made]) -> dict[str, str]:
        """Takes back what a run made, set-wise, the last first. Returns by record why some of it stays."""
        return {each.record: "This cannot be taken back." for each in made}

    def book(self, records: list[str]) -> None:
        """What is done once when all rows are written, in one transaction with the end of the run: `records` are those
        of all of its rows here, whichever process wrote them. A refusal pauses the run, which may be gone on with."""
        return

    def unbook(self, records: list[str]) -> None:
        """The same once for what was taken back, in one transaction with the end of that."""
        return None


class Kind(ABC):
    """One kind of spreadsheet. `title`, `noun` and the texts of columns may be lazy translations."""

    name: ClassVar[str]  # in addresses, commands and file names: "people"
    title: ClassVar[str | Promise]  # "Import people"
    noun: ClassVar[str | Promise]  # what is counted: "people"
    action: ClassVar[Action]  # the duty that imports it on an MFI's site
    columns: ClassVar[tuple[Column, ...]]
    on_public: ClassVar[bool] = False  # whether Letsema's admins import it too, for one MFI or by the column `mfi`
    on_mfi: ClassVar[bool] = True  # whether an MFI's people import it
    has_lender: ClassVar[bool] = True  # False: what belongs to no MFI, as MFIs themselves
    keys: ClassVar[tuple[str, ...]] = ()
    modes: ClassVar[tuple[Mode, ...]] = (Mode.INSERT,)
    totals: ClassVar[tuple[str, ...]] = ()
    group_by: ClassVar[str] = ""
    options: ClassVar[tuple[Option, ...]] = ()
    can_undo: ClassVar[bool] = True
    chunk: ClassVar[int] = 1000  # rows that are written in one transaction

    @abstractmethod
    def interpreter(self, context: Context) -> Interpreter:
        """An interpreter of one file for one MFI, with what it needs loaded; the connection is in its schema."""

    def column(self, key: str) -> Column:
        """The column of a key.

        Raises:
            KeyError: it has none of that key.
        """
        return next(column for column in (*self.columns, LENDER_COLUMN) if column.key == key)

    def needed(self, *, of_many: bool) -> tuple[frozenset[str], ...]:
        """Sets of keys, of each of which one at least must be there. A kind adds what may be said in two ways."""
        return tuple(frozenset({column.key}) for column in self.offered(of_many=of_many) if column.required)

    def unbalanced(self, totals: Mapping[str, str]) -> str:
        """Why a file with these control totals is not run, as a sentence; "" where it may be."""
        return ""

    def offered(self, *, of_many: bool) -> tuple[Column, ...]:
        """The columns that a file may have; where it is `of_many` MFIs, with the one that says whose a row is."""
        return (LENDER_COLUMN, *self.columns) if of_many and self.has_lender else self.columns


LENDER_COLUMN = Column(
    LENDER,
    "MFI",
    header_st="Mokhatlo",
    required=True,
    synonyms=("subdomain", "institution", "lender"),
    example="maluti",
    note="The institution's subdomain, or its name.",
)

KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Makes a kind known to pages, commands and the worker."""
    KINDS[kind.name] = kind
    return kind


def kind_named(name: str) -> Kind:
    """The kind of that name.

    Raises:
        NotFound: there is none.
    """
    if name not in KINDS:
        raise NotFound("There is no such kind of spreadsheet.")
    return KINDS[name]


_UNIT = re.compile(r"\((?:m|lsl|maloti|%|d+[-/.]m+[-/.]y+|y+[-/.]m+[-/.]d+|required|optional)\)", re.IGNORECASE)
_NUMBER = re.compile(r"\b(?:no|nr|num)\b|#", re.IGNORECASE)


def forms_of(heading: str) -> frozenset[str]:
    """The plain forms by which a heading may be known: as it stands, without its unit, with its abbreviation whole."""
    bare = _UNIT.sub("", heading)
    return frozenset({plain(heading), plain(bare), plain(_NUMBER.sub("number", bare))})


def plain(text: str) -> str:
    """A heading as it is compared: letters and digits alone, small."""
    return "".join(c for c in str(text).lower() if c.isalnum())
