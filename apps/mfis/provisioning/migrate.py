"""Migrating the schemas of many MFIs: pending ones found by one query, the SQL rendered once and run in each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunPython, SeparateDatabaseAndState
from django.db.migrations.operations.base import Operation
from psycopg2 import sql

from apps.mfis.database import connection
from apps.mfis.provisioning.template import migrate_schema

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Pending:
    """A schema and the migrations it lacks, in the order they must run."""

    schema: str
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one schema; `error` is empty when it was migrated."""

    schema: str
    error: str = ""


def all_keys() -> list[Key]:
    """Every migration on disk, in an order in which they can run."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    found: dict[Key, None] = {}
    for leaf in sorted(loader.graph.leaf_nodes()):
        found.update(dict.fromkeys(loader.graph.forwards_plan(leaf)))
    return list(found)


def find_pending(schemas: Iterable[str] | None = None) -> list[Pending]:
    """The schemas that lack a migration: one query over all of them, whatever their number.

    An MFI that another node opened and that has no schema here yet lacks none: it is made with all of them.
    """
    names = sorted(_made() if schemas is None else schemas)
    if not names:
        return []
    parts = [
        sql.SQL("SELECT {} AS schema, array_agg(app || '.' || name) FROM {}.django_migrations").format(
            sql.Literal(name), sql.Identifier(name)
        )
        for name in names
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(parts).as_string(cursor.cursor))
        applied = {schema: set(found or []) for schema, found in cursor.fetchall()}
    order = all_keys()
    missing = {name: tuple(k for k in order if ".".join(k) not in applied[name]) for name in names}
    return [Pending(name, keys) for name, keys in missing.items() if keys]


def _made() -> list[str]:
    """The schemas of MFIs in this database: also of one whose own row is still on its way from another node."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname IN (SELECT schema_name FROM public.mfis_mfi "
            "UNION SELECT schema_name FROM public.mfis_schemaready WHERE node = %s)",
            [settings.NODE],
        )
        return [name for (name,) in cursor.fetchall()]


def migrate_tenants(pending: list[Pending], *, jobs: int = 2, report: Callable[[Outcome], None]) -> list[Outcome]:
    """Migrates each schema in a transaction of its own. One that fails is reported and stays as it was.

    Stopped half-way it can be run again: what is done is no longer pending.
    """
    statements = {keys: render_plan(pending_schema(pending, keys), keys) for keys in {p.keys for p in pending}}
    outcomes = []
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        futures = [pool.submit(_migrate_one, p, statements[p.keys]) for p in pending]
        for future in as_completed(futures):
            outcomes.append(future.result())
            report(outcomes[-1])
    return outcomes


def pending_schema(pending: list[Pending], keys: tuple[Key, ...]) -> str:
    return next(p.schema for p in pending if p.keys == keys)


def render_plan(schema: str, keys: tuple[Key, ...]) -> str | None:
    """The SQL of the migrations as it would run in `schema`; None where Python must run in each schema."""
    executor = MigrationExecutor(connection)
    migrations: list[Migration] = [executor.loader.graph.nodes[key] for key in keys]
    if any(_needs_python(m.operations) for m in migrations):
        return None
    before = connection.tenant
    try:
        connection.set_schema(schema)
        applied = [(executor.loader.graph.nodes[k], False) for k in all_keys() if k not in keys]
        state = executor._create_project_state()  # type: ignore[attr-defined]
        for migration, _ in applied:
            migration.mutate_state(state, preserve=False)
        collected: list[str] = []
        for migration in migrations:
            with connection.schema_editor(collect_sql=True, atomic=False) as editor:
                state = migration.apply(state, editor, collect_sql=True)
            collected += editor.collected_sql
    finally:
        connection.set_tenant(before)
    return "\n".join(line for line in collected if not line.startswith("--"))


def _needs_python(operations: Iterable[Operation]) -> bool:
    return any(
        isinstance(o, RunPython) or (isinstance(o, SeparateDatabaseAndState) and _needs_python(o.database_operations))
        for o in operations
    )


def _migrate_one(pending: Pending, statements: str | None) -> Outcome:
    try:
        with transaction.atomic():
            if statements is None:
                migrate_schema(pending.schema)
            else:
                _run(pending, statements)
    except Exception as error:
        return Outcome(pending.schema, f"{type(error).__name__}: {error}".strip())
    finally:
        connection.close()
    return Outcome(pending.schema)


def _run(pending: Pending, statements: str) -> None:
    connection.set_schema(pending.schema)
    with connection.cursor() as cursor:
        if statements.strip():
            cursor.execute(statements)
        cursor.executemany(
            "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())", list(pending.keys)
        )
