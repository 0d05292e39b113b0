"""Queries that PostgreSQL plans once for each connection, instead of every time.

psycopg2 prepares nothing by itself, and for what every call of the API asks, planning takes several times as long as
running. A prepared query is analysed again by PostgreSQL itself where the search_path is another one than at its last
use, so it never reads another MFI's schema. PREPARE outlives a roll-back.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
        self.anew = ""  # the query itself, to be planned for its values

    @classmethod
    def cast(cls, name: str, sql: str) -> Query:
        """A query whose places are written as psycopg2's, each with its cast (`%s::uuid[]`), which says its type."""
        pieces = sql.split("%s")
        numbered = "".join(f"{piece}${n}" for n, piece in enumerate(pieces[:-1], 1)) + pieces[-1]
        made = cls(name, "", numbered.replace("%%", "%"))
        made.prepare = f"PREPARE {name} AS {numbered}"
        made.execute = f"EXECUTE {name} ({', '.join(['%s'] * (len(pieces) - 1))})"
        made.anew = sql
        return made

    def rows(self, *values: Any) -> list[tuple[Any, ...]]:
        """All rows of the present schema for these values."""
        _ready([self])
        return fetch_all(self.execute, values)


def run_together(*statements: tuple[Query, Sequence[Any]], many: bool = False) -> None:
    """Runs queries that return nothing one after the other, with their values, on one way to the server.

    With `many` rows they are planned anew: what is prepared expects few, and would go through all for each.
    """
    if not many:
        _ready([query for query, _ in statements])
    sent = ";\n".join(query.anew if many else query.execute for query, _ in statements)
    execute(sent, [value for _, values in statements for value in values])


def _ready(queries: Collection[Query]) -> None:
    """Prepares what this connection does not know yet."""
    connection.close_if_health_check_failed()  # the first cursor would: by then the wrong connection is looked up
    connection.ensure_connection()
    known = _prepared.setdefault(connection.connection, set())
    for query in queries:
        if query.name not in known:
            execute(query.prepare)
            known.add(query.name)
