"""What an import would do, row by row, before it does it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from apps.mfis.core.actor import Actor
from apps.mfis.core.errors import InvalidInput, ServiceError
from apps.users.spreadsheets.reading import Column, Row, read_rows

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Plan:
    """The checked rows of one file."""

    columns: list[Column]
    rows: list[Row]

    @property
    def good(self) -> list[Row]:
        return [r for r in self.rows if r.is_good]

    @property
    def faulty(self) -> list[Row]:
        return [r for r in self.rows if r.errors]

    @property
    def unchanged(self) -> list[Row]:
        return [r for r in self.rows if r.note and not r.errors]


class Importer(ABC):
    """One kind of spreadsheet: its columns, how a row is checked, and how the good rows are written."""

    title: str
    noun: str
    columns: list[Column]

    def plan(self, content: bytes, name: str) -> Plan:
        """Reads and checks a file; writes nothing.

        Raises:
            InvalidInput: the file as a whole cannot be used.
        """
        rows = read_rows(content, name, self.columns)
        self.check(rows)
        return Plan(self.columns, rows)

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
