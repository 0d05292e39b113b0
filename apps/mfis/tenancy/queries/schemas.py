"""Schemas and the migrations recorded in them."""

from __future__ import annotations

import json
from collections.abc import Iterable

from psycopg2 import sql

from apps.mfis.core.database import execute, fetch_all

Key = tuple[str, str]  # of a migration: its app and its name

STANDING = """
    SELECT nspname FROM pg_namespace
     WHERE nspname IN (SELECT schema_name FROM public.mfis_mfi
                       UNION SELECT schema_name FROM public.mfis_schemaready WHERE node = %s)
"""

RECORD = """
    INSERT INTO django_migrations (app, name, applied)
    SELECT m->>0, m->>1, now() FROM jsonb_array_elements(%s::jsonb) m
"""


def schemas_of_mfis(node: str) -> list[str]:
    """The schemas of MFIs in this database: also of one whose own row is still on its way from another node."""
    return [name for (name,) in fetch_all(STANDING, [node])]


def applied_migrations(schemas: Iterable[str]) -> dict[str, set[str]]:
    """What each schema has, as app.name: one query over all of them, whatever their number."""
    one = sql.SQL("SELECT {} AS schema, array_agg(app || '.' || name) FROM {}.django_migrations")
    parts = [one.format(sql.Literal(name), sql.Identifier(name)) for name in schemas]
    return {schema: set(names or []) for schema, names in fetch_all(sql.SQL(" UNION ALL ").join(parts))}


def recorded_migrations() -> tuple[Key, ...]:
    """The migrations of the schema that the search_path begins with, in the order they ran."""
    rows = fetch_all("SELECT app, name FROM django_migrations ORDER BY id")
    return tuple((str(app), str(name)) for app, name in rows)


def record_migrations(keys: Iterable[Key]) -> None:
    """Notes migrations as applied, in the schema that the search_path begins with."""
    execute(RECORD, [json.dumps(list(keys))])


def make_schema_from(name: str, ddl: str, migrations: Iterable[Key]) -> None:
    """Makes schema `name` with the tables of `ddl`, in the running transaction; the path is public afterwards."""
    execute(sql.SQL("CREATE SCHEMA {0}; SET LOCAL search_path = {0}, public;").format(sql.Identifier(name)))
    execute(ddl)
    record_migrations(migrations)
    execute("SET LOCAL search_path = public")


def make_empty_schema(name: str) -> None:
    """Makes schema `name` without a table; what an interrupted run left of it goes first."""
    execute(sql.SQL("DROP SCHEMA IF EXISTS {0} CASCADE; CREATE SCHEMA {0}").format(sql.Identifier(name)))


def drop_schema(name: str) -> None:
    """Drops schema `name` with all its tables."""
    execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))


def wait_for_lock(number: int) -> None:
    """Takes an advisory lock until the transaction ends."""
    execute("SELECT pg_advisory_xact_lock(%s)", [number])
