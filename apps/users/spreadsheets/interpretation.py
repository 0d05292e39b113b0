"""One run's rows in the hands of the interpreters of the MFIs that they are of."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

from django_tenants.utils import tenant_context

from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.database import PUBLIC, connection
from apps.mfis.core.roles import Role
from apps.mfis.tenancy.models import MFI
from apps.users.spreadsheets.files.cells import Spoken
from apps.users.spreadsheets.heads import SheetSeen
from apps.users.spreadsheets.kinds import LENDER, Column, Context, Interpreter, Kind, Mode, Row, kind_named
from apps.users.spreadsheets.lenders import Lenders, locked, not_open
from apps.users.spreadsheets.models import ImportRun
from apps.users.spreadsheets.rows import RowReader
from apps.users.spreadsheets.values import READ, Holds


class Interpretation:
    """Reads the rows of a run, and has them interpreted, written and taken back where each belongs."""

    def __init__(self, run: ImportRun, actor: Actor) -> None:
        self.run, self.actor = run, actor
        self.kind: Kind = kind_named(run.kind_name)
        self.is_public = connection.schema_name == PUBLIC
        self.today = business_date()
        columns = columns_of(run, self.kind)
        self.columns = frozenset(column.key for column in columns.values())
        sheet = SheetSeen.from_json(run.sheets[run.sheet])
        self.reader = RowReader(columns, {int(place) for place in run.head}, sheet.merged, run.readings, self.today)
        self.lenders = Lenders() if self.is_of_many else None
        self.chosen = MFI.objects.filter(pk=run.mfi_id).first() if run.mfi_id else None
        self.made: dict[str, Interpreter] = {}

    @property
    def is_of_many(self) -> bool:
        """Whether each row says whose it is."""
        return self.is_public and self.kind.has_lender and not self.run.mfi_id

    def read(self, number: int, cells: dict[str, Spoken]) -> Row:
        row = self.reader.read(number, cells)
        if self.lenders:
            row.mfi = self.lenders.of(row)
        elif self.chosen:
            row.mfi = self.chosen
        return row

    def interpret(self, rows: Iterable[Row]) -> None:
        """Has rows interpreted; one that names no institution is faulty already."""
        for mfi, own in self._apart(rows):
            with self._within(mfi):
                self._interpreter(mfi).interpret(own)
            if mfi:
                for row in own:
                    if LENDER in row.cells:
                        row.kept = {LENDER: f"{mfi.name} ({mfi.subdomain})", **row.kept}

    def write(self, rows: Iterable[Row]) -> None:
        """Has good rows written, where their institution is open still; it cannot be suspended meanwhile."""
        for mfi, own in self._apart(rows):
            now = locked(mfi) if mfi and self.is_public else mfi
            if now and self.is_public and now.status != MFI.Status.ACTIVE:
                for row in own:
                    row.fail(LENDER, not_open(now))
                continue
            with self._within(mfi):
                self._interpreter(mfi).write(own)

    def interpreter_in(self, schema: str) -> tuple[AbstractContextManager[None], Interpreter]:
        """The interpreter of the schema in which a record stands, and the context to call it in."""
        mfi = MFI.objects.filter(schema_name=schema).first() if self.is_public and schema != PUBLIC else None
        with self._within(mfi):
            return self._within(mfi), self._interpreter(mfi)

    def schema_of(self, row: Row) -> str:
        return row.mfi.schema_name if row.mfi else str(connection.schema_name)

    def _apart(self, rows: Iterable[Row]) -> list[tuple[MFI | None, list[Row]]]:
        """The rows of each institution, in their order."""
        if not self.is_of_many:
            found = list(rows)
            return [(self.chosen, found)] if found else []
        parts: dict[Any, tuple[MFI | None, list[Row]]] = {}
        for row in rows:
            if row.mfi:
                parts.setdefault(row.mfi.pk, (row.mfi, []))[1].append(row)
        return list(parts.values())

    def _within(self, mfi: MFI | None) -> AbstractContextManager[None]:
        context: AbstractContextManager[None] = tenant_context(mfi) if mfi and self.is_public else nullcontext()
        return context

    def _interpreter(self, mfi: MFI | None) -> Interpreter:
        schema = str(connection.schema_name)
        if schema not in self.made:
            self.made[schema] = self.kind.interpreter(self._context(mfi))
        return self.made[schema]

    def _context(self, mfi: MFI | None) -> Context:
        run, is_elsewhere = self.run, bool(mfi and self.is_public)
        own = None if self.is_public else MFI.objects.filter(schema_name=connection.schema_name).first()
        return Context(
            mfi=mfi or own,
            actor=_of_letsema(self.actor) if is_elsewhere else self.actor,
            today=self.today,
            columns=self.columns - {LENDER},
            mode=Mode(run.mode),
            key=run.key,
            options=option_values(self.kind, run.options),
            run_id=run.pk,
        )


def columns_of(run: ImportRun, kind: Kind) -> dict[int, Column]:
    """The columns that were chosen, by their places."""
    return {int(place): kind.column(key) for place, key in run.targets.items() if key}


def option_values(kind: Kind, said: dict[str, str]) -> dict[str, Any]:
    """The options of a run as values; what was not said is None, and a box False."""
    values: dict[str, Any] = {}
    for option in kind.options:
        value = said.get(option.key, "")
        values[option.key] = (value or None) if option.choices else READ[option.holds](value)
        if option.holds is Holds.TRUTH:
            values[option.key] = bool(values[option.key])
    return values


def _of_letsema(actor: Actor) -> Actor:
    """Who acts at an MFI, as its own history names them. Letsema's admins have no duties there: that they may import
    this kind for an MFI was asked before."""
    if actor.role != Role.LETSEMA_ADMIN:
        return actor
    return replace(actor, name=f"{actor.name} of Letsema", role=None)
