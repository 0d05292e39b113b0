"""What an import would do, row by row, before it does it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field

from apps.mfis.core.actor import Actor
from apps.mfis.core.errors import InvalidInput, ServiceError
from apps.users.spreadsheets.reading import Column, Row, read_table

Progress = Callable[[int, int], None]

SHOWN = 50  # good rows on the page


@dataclass(slots=True)
class Plan:
    """The checked rows of one file, under the columns that it has, and what is to be said of the file as a whole."""

    columns: list[Column]
    rows: list[Row]
    notes: list[str] = field(default_factory=list)

    @property
    def good(self) -> list[Row]:
        return [r for r in self.rows if r.is_good]

    @property
    def faulty(self) -> list[Row]:
        return [r for r in self.rows if r.errors]

    @property
    def unchanged(self) -> list[Row]:
        return [r for r in self.rows if r.note and not r.errors]

    @property
    def shown_faulty(self) -> list[tuple[Row, list[Shown]]]:
        return [(row, self._shown(row)) for row in self.faulty]

    @property
    def shown_good(self) -> list[tuple[Row, list[Shown]]]:
        return [(row, self._shown(row)) for row in self.good[:SHOWN]]

    @property
    def shown_unchanged(self) -> list[tuple[Row, list[Shown]]]:
        return [(row, self._shown(row)) for row in self.unchanged[:SHOWN]]

    def _shown(self, row: Row) -> list[Shown]:
        """What stands in a row, and what of it would be kept otherwise, column by column."""
        keys = [column.key for column in self.columns]
        return [Shown(row.stands[key], row.kept.get(key, ""), key in row.errors) for key in keys]


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell on the page: what stands in the file, what would be kept, and whether something is wrong with it."""

    stands: str
    kept: str
    is_faulty: bool

    @property
    def differs(self) -> bool:
        return bool(self.kept) and self.kept != self.stands


class Importer(ABC):
    """One kind of spreadsheet: its columns, how a row is checked, and how the good rows are written."""

    title: str
    noun: str
    columns: list[Column]

    def plan(self, content: bytes, name: str = "") -> Plan:
        """Reads and checks a file; writes nothing. What kind of file it is is told by its content, not by its name.

        Raises:
            InvalidInput: the file as a whole cannot be used.
        """
        table = read_table(content, self.columns)
        self.check(table.rows)
        return Plan(table.columns, table.rows, table.notes)

    @abstractmethod
    def check(self, rows: list[Row]) -> None:
        """Puts what is wrong with each row into its `errors`, and what it stands for into `ready`."""

    @abstractmethod
    def write(self, rows: list[Row], *, actor: Actor, progress: Progress) -> int:
        """Writes the good rows, all or nothing; returns how many."""

    def run(self, plan: Plan, *, actor: Actor, progress: Progress = lambda done, of: None) -> int:
        """Writes what is good in `plan`.

        Raises:
            InvalidInput: nothing in it is good. ServiceError: a row was refused after all; nothing is written.
        """
        if not plan.good:
            raise InvalidInput("No row of the file can be imported.", field="import_file")
        return self.write(plan.good, actor=actor, progress=progress)


def row_refused(row: Row, error: ServiceError) -> InvalidInput:
    """The refusal of one row, named by its number."""
    return InvalidInput(f"Row {row.number}: {error.message} Nothing was imported.", field="import_file")
