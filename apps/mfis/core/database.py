"""The database connection as django-tenants makes it: with a schema.

Django's type stubs know nothing of `schema_name`, `tenant` and `set_tenant`, so it is told here once.
Whoever needs SQL runs it through these three functions, so that this module alone opens cursors on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection as _connection
from psycopg2 import DatabaseError
from psycopg2.sql import Composable

connection: Any = _connection

COPY_AT_ONCE = 64 * 1024  # bytes

PUBLIC = "public"  # the schema of what belongs to no MFI

Statement = str | Composable
Values = Sequence[Any] | Mapping[str, Any] | None


def fetch_all(sql: Statement, values: Values = None) -> list[tuple[Any, ...]]:
    """All rows of a query in the present schema. The SQL itself stands in a room's `queries.py` or `sql/`."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def fetch_one(sql: Statement, values: Values = None) -> tuple[Any, ...] | None:
    """The first row of a query in the present schema, or None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def execute(sql: Statement, values: Values = None) -> int:
    """Runs a statement in the present schema. Returns how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.rowcount)


def copy_in(sql: str, lines: Iterable[str]) -> int:
    """Runs a COPY … FROM STDIN whose text comes line by line, none of which is kept. Returns how many rows it made.

    What fails in making the lines is raised as it is; the transaction has to be given up.
    """
    feed = _Feed(lines)
    with connection.cursor() as cursor:
        try:
            cursor.copy_expert(sql, feed, COPY_AT_ONCE)
        except DatabaseError:
            if feed.failure is not None:
                raise feed.failure from None
            raise
        return int(cursor.rowcount)


def copied(text: str) -> str:
    """A text as COPY reads it in a column."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if text.isprintable():
        return text
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


class _Feed:
    """Lines as the file that COPY reads."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = iter(lines)
        self.left = b""
        self.failure: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            return self._read(size)
        except Exception as error:
            self.failure = error
            raise

    def _read(self, size: int) -> bytes:
        parts, length = [self.left], len(self.left)
        for line in self.lines:
            part = line.encode()
            parts.append(part)
            length += len(part)
            if length >= size > 0:
                break
        whole = b"".join(parts)
        cut = size if size > 0 else len(whole)
        self.left = whole[cut:]
        return whole[:cut]


def lock(name: str) -> None:
    """Waits until nobody else holds `name` in the current schema, and holds it until the transaction ends."""
    execute("SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || %s, 0))", [f".{name}"])


def set_tenant_keeping_path(tenant: Any) -> None:
    """As `connection.set_tenant`, but does not set the search_path again where it is the tenant's already.

    django-tenants keeps by which search_path the connection stands, and drops that whenever it may be another: on any
    roll-back, and when the connection is closed. `set_tenant` drops it always, so that every request would set the path
    again; keeping it saves each request that follows one of the same MFI a round trip (`bench/api.py`). Only for where
    nothing has set the path behind django-tenants' back: the beginning of a request.
    """
    path = connection.search_path_set_schemas
    connection.set_tenant(tenant)
    if path == [tenant.schema_name, PUBLIC]:
        connection.search_path_set_schemas = path
