"""Kinds whose rows are each one record of a short table: a chart of accounts, products, holidays, branches.

Such a table is loaded whole. A cell that is empty leaves what stands there, or the usual value of a new record. A
record that went out of use is taken up again by a row that names it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Mapping
from copy import copy
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Field, Model

from apps.mfis.core.errors import InvalidInput, ServiceError
from apps.mfis.core.folding import fold
from apps.mfis.core.texts import shown
from apps.users.spreadsheets.kinds import Column, Context, Does, Interpreter, Made, Mode, Row

M = TypeVar("M", bound=Model)

CHANGED_SINCE = "It was changed since; change it back by hand, if it should be."


def refuse(row: Row, error: ServiceError) -> None:
    """Puts what a service refused among a row's errors."""
    row.fail_all(sentences_by_field(error))


def sentences_by_field(error: ServiceError) -> Mapping[str, list[str]]:
    """The sentences of a refusal by the field that each is about."""
    return getattr(error, "errors", None) or {error.field: [error.message]}


def spoken(value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return f"{value:%-d %B %Y}"
    return "" if value is None else str(value)


class RecordInterpreter(Interpreter, Generic[M]):
    """One MFI's records of one table. What differs per table is said below."""

    model: ClassVar[type[Any]]
    noun: ClassVar[str]  # "account"
    columns: ClassVar[tuple[Column, ...]]
    in_use: ClassVar[str] = "is_active"  # the field that says whether a record is in use

    @abstractmethod
    def save(self, record: M) -> M:
        """Saves a new or changed record by the command that forms and API call.

        Raises:
            ServiceError: it is refused.
        """

    def check(self, record: M, row: Row) -> None:
        """What `save` would refuse, as far as it can be known before; reads only.

        Raises:
            ValidationError, ServiceError: by field.
        """
        record.full_clean()

    def rests_on(self, record: M, each: Made) -> str:
        """Why a record that a run made or changed stays as it is; "" where it may be taken back."""
        return ""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.key = context.key or next(column.key for column in self.columns if column.required)
        self.fields: dict[str, Field[Any, Any]] = {field.name: field for field in self.model._meta.concrete_fields}
        self.own = [column.key for column in self.columns if column.key in self.fields]
        self.known: dict[str, list[M]] = defaultdict(list)
        for record in self.model._default_manager.all():
            self.known[self.named(getattr(record, self.key))].append(record)
        self.row_of: dict[str, int] = {}

    def named(self, value: Any) -> str:
        """A value of the key as it is compared."""
        return fold(str(value)) if value not in (None, "") else ""

    def interpret(self, rows: list[Row]) -> None:
        for row in rows:
            name = self.named(row.values.get(self.key))
            if not name:
                if self.key not in row.errors:
                    row.fail(self.key, f"{self._header(self.key)} is empty; it says which {self.noun} is meant.")
            elif (first := self.row_of.setdefault(name, row.number)) != row.number:
                row.fail(
                    self.key, f"{shown(row.cells[self.key])} stands in row {first} already; leave one of them out."
                )
            else:
                self._compare(row, self.known.get(name, []))

    def _compare(self, row: Row, found: list[M]) -> None:
        said = shown(row.cells[self.key])
        if len(found) > 1:
            row.fail(self.key, f"{said} is said of {len(found)} here; recognise the rows by another column.")
        elif not found and self.context.mode == Mode.UPDATE:
            row.fail(self.key, f"There is no {self.noun} {said} here; leave the row out, or let new ones be made.")
        elif found and self.context.mode == Mode.INSERT and getattr(found[0], self.in_use):
            row.pass_over(self._already(row, found[0]))
        else:
            self._prepare(row, found[0] if found else None)

    def _already(self, row: Row, kept: M) -> str:
        """That it is there, and what the file has otherwise."""
        record = copy(kept)
        self.fill(record, row)
        differing = ", ".join(
            f"{self._header(name)} {spoken(getattr(record, name))} (here: {spoken(getattr(kept, name)) or 'none'})"
            for name in self.own
            if getattr(record, name) != getattr(kept, name)
        )
        return "already here" + (f"; the file has another {differing}, which is left out" if differing else "")

    def _prepare(self, row: Row, kept: M | None) -> None:
        record: M = copy(kept) if kept else self.model()
        self.fill(record, row)
        if kept and self.in_use not in self.context.columns:
            setattr(record, self.in_use, True)
        if kept and self.image(record) == self.image(kept):
            row.pass_over("nothing would change")
            return
        try:
            self.check(record, row)
        except ValidationError as error:
            refuse(row, InvalidInput.from_validation(error))
        except ServiceError as error:
            refuse(row, error)
        row.does = Does.UPDATE if kept else Does.INSERT
        row.ready = record, self.image(kept) if kept else None
        row.kept = {name: self.said(record, name) for name in self.own}
        if kept and not getattr(kept, self.in_use):
            row.kept[self.key] += " (in use again)"

    def fill(self, record: M, row: Row) -> None:
        """Puts what the row says into the record; what it does not say stays."""
        for name in self.own:
            value = row.values.get(name)
            if value is not None:
                setattr(record, name, value)

    def said(self, record: M, name: str) -> str:
        """A field as it would be kept, in words."""
        if self.fields[name].choices:
            return str(getattr(record, f"get_{name}_display")())
        return spoken(getattr(record, name))

    def _header(self, key: str) -> str:
        return next(column.header for column in self.columns if column.key == key)

    def image(self, record: M) -> dict[str, Any]:
        """The record in JSON's types, as far as a row can change it."""
        return {name: _plain(getattr(record, name)) for name in {*self.own, self.in_use}}

    def write(self, rows: list[Row]) -> None:
        for row in rows:
            record, before = row.ready
            try:
                saved = self.save(record)
            except ServiceError as error:
                refuse(row, error)
                continue
            row.record = str(saved.pk)
            if before is not None:
                row.was = {"before": before, "after": self.image(saved)}

    def undo(self, made: list[Made]) -> dict[str, str]:
        """What was made goes out of use, what was changed is as it stood before."""
        reasons = {}
        there = self.model._default_manager.in_bulk([each.record for each in made])
        records: dict[str, M] = {str(key): record for key, record in there.items()}
        for each in made:
            if why := self._take_back(records[each.record], each):
                reasons[each.record] = why
        return reasons

    def _take_back(self, record: M, each: Made) -> str:
        if why := self.rests_on(record, each):
            return why
        if each.was and self.image(record) != each.was["after"]:
            return CHANGED_SINCE
        restored: Iterable[tuple[str, Any]] = each.was["before"].items() if each.was else [(self.in_use, False)]
        for name, value in restored:
            setattr(record, name, self.fields[name].to_python(value))
        try:
            self.save(record)
        except ServiceError as error:
            return str(error.message)
        return ""


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else value
