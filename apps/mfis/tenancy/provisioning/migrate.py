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

from apps.mfis.core.database import connection, execute
from apps.mfis.tenancy.provisioning.template import migrate_schema
from apps.mfis.tenancy.queries.schemas import Key, applied_migrations, record_migrations, schemas_of_mfis


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
    keys: dict[Key, None] = {}
    for leaf in sorted(loader.graph.leaf_nodes()):
        keys.update(dict.fromkeys(loader.graph.forwards_plan(leaf)))
    return list(keys)


def find_pending(schemas: Iterable[str] | None = None) -> list[Pending]:
    """The schemas that lack a migration: one query over all of them, whatever their number.

    An MFI that another node opened and that has no schema here yet lacks none: it is made with all of them.
    """
    names = sorted(schemas_of_mfis(settings.NODE) if schemas is None else schemas)
    if not names:
        return []
    applied = applied_migrations(names)
    order = all_keys()
    missing = {name: tuple(k for k in order if ".".join(k) not in applied[name]) for name in names}
    return [Pending(name, keys) for name, keys in missing.items() if keys]


def migrate_tenants(pending: list[Pending], *, jobs: int = 2, report: Callable[[Outcome], None]) -> list[Outcome]:
    """Migrates each schema in a transaction of its own. One that fails is reported and stays as it was.

    Stopped half-way it can be run again: what is done is no longer pending.
    """
    first_with = {p.keys: p.schema for p in reversed(pending)}
    statements = {keys: render_plan(schema, keys) for keys, schema in first_with.items()}
    outcomes = []
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        futures = [pool.submit(_migrate_one, p, statements[p.keys]) for p in pending]
        for future in as_completed(futures):
            outcomes.append(future.result())
            report(outcomes[-1])
    return outcomes


def render_plan(schema: str, keys: tuple[Key, ...]) -> str | None:
    """The SQL of the migrations as it would run in `schema`; None where Python must run in each schema."""
    executor = MigrationExecutor(connection)
    migrations: list[Migration] = [executor.loader.graph.nodes[key] for key in keys]
    if any(_needs_python(m.operations) for m in migrations):
        return None
    tenant = connection.tenant
    try:
        connection.set_schema(schema)
        lines = _collect_sql(executor, migrations, [key for key in all_keys() if key not in keys])
    finally:
        connection.set_tenant(tenant)
    return "\n".join(line for line in lines if not line.startswith("--"))


def _collect_sql(executor: MigrationExecutor, migrations: list[Migration], applied: list[Key]) -> list[str]:
    """What Django would run for `migrations` after those `applied`, in the present schema."""
    state = executor._create_project_state()  # type: ignore[attr-defined]
    for key in applied:
        executor.loader.graph.nodes[key].mutate_state(state, preserve=False)
    lines: list[str] = []
    for migration in migrations:
        with connection.schema_editor(collect_sql=True, atomic=False) as editor:
            state = migration.apply(state, editor, collect_sql=True)
        lines += editor.collected_sql
    return lines


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
    if statements.strip():
        execute(statements)
    record_migrations(pending.keys)
