"""Tables named only at run time: compared with a peer's, and one row of one read or put right."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from psycopg2 import sql

from apps.mfis.core import database as own
from apps.mfis.core.database import execute, fetch_one
from apps.mfis.nodes.peers import Database

# The catalog itself: information_schema shows a role only what it may use.
COLUMNS = """
    SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1
"""

CHECKSUM = """
    SELECT count(*), coalesce(sum(hashtextextended(ROW({})::text, 0)::numeric), 0) FROM {} t WHERE t.recorded_at <= %s
"""

PRIMARY_KEY = """
    SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
     WHERE i.indrelid = %s::regclass AND i.indisprimary
"""

SET_COLUMN = """
    UPDATE {table} SET {column} = (SELECT {column} FROM jsonb_populate_record(NULL::{table}, %s::jsonb))
     WHERE {key} = %s
"""


class Checksum(NamedTuple):
    """How many rows a table has, and a sum over their contents."""

    rows: int
    sum: Decimal


def columns(schema: str, table: str, database: Database = own) -> list[str]:
    """A table's columns by name, so that the order in which migrations added them does not matter."""
    return [name for (name,) in database.fetch_all(COLUMNS, [schema, table])]


def checksum(schema: str, table: str, names: list[str], until: datetime, database: Database = own) -> Checksum:
    """The checksum over these columns of the rows recorded up to an instant."""
    listed = sql.SQL(", ").join(sql.SQL("to_jsonb(t.{})").format(sql.Identifier(name)) for name in names)
    query = sql.SQL(CHECKSUM).format(listed, sql.Identifier(schema, table))
    return Checksum(*database.fetch_all(query, [until])[0])


def row_image(schema: str, table: str, row_id: UUID) -> dict[str, Any]:
    """A row of a table with the key `id`, by column; empty where there is none."""
    query = sql.SQL("SELECT to_jsonb(t)::text FROM {} t WHERE id = %s").format(sql.Identifier(schema, table))
    row = fetch_one(query, [str(row_id)])
    return dict(json.loads(row[0])) if row else {}


def set_column(schema: str, table: str, row_id: UUID, column: str, value: Any) -> None:
    """Sets one column of one row; the row's own trigger makes it a revision that travels."""
    key = fetch_one(PRIMARY_KEY, [f'"{schema}"."{table}"'])
    assert key is not None, "every published table has a key"  # noqa: S101 - see core/checks.py
    statement = sql.SQL(SET_COLUMN).format(
        table=sql.Identifier(schema, table), column=sql.Identifier(column), key=sql.Identifier(key[0])
    )
    execute(statement, [json.dumps({column: value}), str(row_id)])
