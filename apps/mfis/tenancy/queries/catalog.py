"""PostgreSQL's catalog of one schema: its columns, constraints, indexes and triggers."""

from __future__ import annotations

from typing import NamedTuple

from apps.mfis.core.database import execute, fetch_all

COLUMNS = """
    SELECT c.relname, c.reloptions, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
           a.attgenerated, pg_get_expr(d.adbin, d.adrelid, true)
      FROM pg_class c
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
     WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r'
     ORDER BY c.relname, a.attnum
"""

# Keys before foreign keys; PostgreSQL 18's not-null constraints (n) come with their columns.
CONSTRAINTS = """
    SELECT c.conrelid::regclass::text, quote_ident(c.conname), pg_get_constraintdef(c.oid, true)
      FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
     WHERE c.connamespace = %s::regnamespace AND c.contype IN ('p', 'u', 'c', 'x', 'f')
     ORDER BY c.contype = 'f', t.relname, c.contype DESC, c.conname
"""

INDEXES = """
    SELECT pg_get_indexdef(i.indexrelid, 0, true)
      FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE c.relnamespace = %s::regnamespace
       AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
     ORDER BY c.relname
"""

TRIGGERS = """
    SELECT pg_get_triggerdef(g.oid, true), g.tgrelid::regclass::text, quote_ident(g.tgname), g.tgenabled
      FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
     WHERE c.relnamespace = %s::regnamespace AND NOT g.tgisinternal
     ORDER BY c.relname, g.tgname
"""


class Column(NamedTuple):
    """One column of a table, and the table's own storage options. `default` also holds what generates a value."""

    table: str
    options: list[str] | None
    name: str
    type: str
    not_null: bool
    identity: str  # a: always, d: by default
    generated: str
    default: str | None


class Constraint(NamedTuple):
    """A key, check or foreign key; table and name as they are written in SQL."""

    table: str
    name: str
    definition: str


class Trigger(NamedTuple):
    """A trigger; `enabled` is O (origin), D (disabled), R (replica) or A (always)."""

    definition: str
    table: str
    name: str
    enabled: str


def set_path(schema: str) -> None:
    """Lets the catalog name the tables of `schema` without it, until the transaction ends."""
    execute("SELECT set_config('search_path', %s, true)", [f'"{schema}", public'])


def columns(schema: str) -> list[Column]:
    """Every column of every table, in their order."""
    return [Column(*row) for row in fetch_all(COLUMNS, [schema])]


def constraints(schema: str) -> list[Constraint]:
    """Every constraint, in an order in which they can be made."""
    return [Constraint(*row) for row in fetch_all(CONSTRAINTS, [schema])]


def indexes(schema: str) -> list[str]:
    """The statements that make what indexes no constraint brings along."""
    return [definition for (definition,) in fetch_all(INDEXES, [schema])]


def triggers(schema: str) -> list[Trigger]:
    """Every trigger of the product's own."""
    return [Trigger(*row) for row in fetch_all(TRIGGERS, [schema])]
