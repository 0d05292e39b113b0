"""Queries that PostgreSQL plans once for each connection, instead of every time.

psycopg2 prepares nothing by itself, and for what every call of the API asks, planning takes several times as long as
running. A prepared query is analysed again by PostgreSQL itself where the search_path is another one than at its last
use, so it never reads another MFI's schema. PREPARE outlives a roll-back.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from apps.mfis.core.database import connection, execute, fetch_all

_prepared: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()  # by the connection of psycopg2: it ends with it


class Query:
    """A query with the places $1, $2, … of these `types`.

    Cast what it returns to types without a length (`::text`, `::numeric`): PostgreSQL refuses to go on with a prepared
    query whose columns have become longer.
    """

    def __init__(self, name: str, types: str, sql: str) -> None:
        self.name = name
        self.prepare = f"PREPARE {name} ({types}) AS {sql}"
        self.execute = f"EXECUTE {name} ({', '.join(['%s'] * len(types.split(',')))})"

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of the present schema for these values."""
        connection.close_if_health_check_failed()  # the first cursor would: by then the wrong connection is looked up
        connection.ensure_connection()
        known = _prepared.setdefault(connection.connection, set())
        if self.name not in known:
            execute(self.prepare)
            known.add(self.name)
        return fetch_all(self.execute, values)
