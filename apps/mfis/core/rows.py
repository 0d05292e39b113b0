"""Rows on their way to and from statements that are written out: many at once, as arrays, and back as models.

A statement takes columns of any length by `unnest`: it is the same for one row and for ten thousand.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import CharField, DecimalField, Field, JSONField, Model
from django.db.models.base import ModelState

from apps.mfis.core.database import copied, copy_in

M = TypeVar("M", bound=Model)


def as_array(values: Iterable[Any]) -> str:
    """The values in PostgreSQL's own spelling of an array, to be cast in the statement: `%s::uuid[]`.

    psycopg2 writes ARRAY[…], of which the server parses each element as an expression; this is read at once.
    """
    column = list(values)
    is_plain = all(kind in _PLAIN for kind in set(map(type, column)))
    return "{" + ",".join(map(str if is_plain else _element, column)) + "}"


_PLAIN = frozenset({UUID, int, Decimal, date})  # never quoted


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    text = str(value)
    if isinstance(value, str):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return text


def as_arrays(rows: Collection[Sequence[Any]], width: int) -> list[str]:
    """Each of the rows' `width` columns as an array."""
    return [as_array(column) for column in zip(*rows, strict=True)] if rows else ["{}"] * width


def copy_rows(model: type[Model], names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Inserts rows of the columns `names` (attribute names) by COPY; what is left out has its default of the database.
    Returns how many. Triggers and constraints see each row as they see an INSERT's."""
    columns = ", ".join(f'"{_column(model, name)}"' for name in names)
    table = model._meta.db_table
    return copy_in(f'COPY "{table}" ({columns}) FROM STDIN', ("\t".join(map(_copied, row)) + "\n" for row in rows))


def _column(model: type[Model], attname: str) -> str:
    return next(str(field.column) for field in model._meta.concrete_fields if field.attname == attname)


def _copied(value: Any) -> str:
    if type(value) is str:
        return copied(value)
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, dict | list):
        return copied(json.dumps(value))
    return copied(str(value))


def _cast(field: Field[Any, Any]) -> str:
    if isinstance(field, CharField):
        return "::text"
    return "::numeric" if isinstance(field, DecimalField) else ""


class Columns(Generic[M]):
    """A model's columns in a statement, where its table is called `alias`, and rows of them as the model's objects."""

    def __init__(self, model: type[M], alias: str, *, without: Collection[str] = ()) -> None:
        fields = [field for field in model._meta.concrete_fields if field.attname not in without]
        self._model = model
        self._names = [field.attname for field in fields]
        self._documents = [field.attname for field in fields if isinstance(field, JSONField)]
        # Without a length, as a prepared query wants them.
        self.sql = ", ".join(f'{alias}."{field.column}"{_cast(field)}' for field in fields)
        self.width = len(fields)

    def read(self, values: Sequence[Any]) -> M:
        """The object that a row is; `values` are of all columns, in their order.

        As `Model.from_db` makes it, without its signals: of a receipt's own work setting each field was a tenth.
        """
        made = self._model.__new__(self._model)
        own = made.__dict__
        own.update(zip(self._names, values, strict=True))
        for name in self._documents:
            if own[name] is not None:
                own[name] = json.loads(own[name])
        own["_state"] = state = ModelState()
        state.adding, state.db = False, "default"
        return made
