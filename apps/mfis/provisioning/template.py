"""The rendered DDL of a tenant's schema as the present migrations make it.

Rendered once from a freshly migrated template schema and kept under a hash of the migrations, so that making an
MFI runs one batch of statements however many migrations there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from apps.mfis.database import connection
from apps.mfis.models.ddl import RenderedDDL
from apps.mfis.provisioning.render import render_schema

TEMPLATE_SCHEMA = "letsema_template"
LOCK = 0x4C455453454D41  # "LETSEMA"; one session renders while the others wait


@dataclass(frozen=True, slots=True)
class Rendered:
    """Statements that make a tenant's tables in the current search_path, and the migrations they stand for."""

    ddl: str
    migrations: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """A hash of every migration's own text and of the guards' functions."""
    digest = sha256()
    loader = MigrationLoader(None, ignore_no_migrations=True)
    for key in sorted(loader.disk_migrations):
        module = import_module(loader.disk_migrations[key].__module__)
        digest.update(repr(key).encode() + Path(str(module.__file__)).read_bytes())
    for functions in sorted((Path(settings.ROOT) / "apps" / "mfis" / "sql").glob("*.sql")):
        digest.update(functions.read_bytes())
    digest.update(repr(settings.TENANT_APPS).encode())
    return digest.hexdigest()


_rendered: dict[str, Rendered] = {}


def rendered() -> Rendered:
    """The DDL of the present migrations; rendered on the first call after a migration changed.

    Rendering needs a transaction of its own: call this before opening one.
    """
    key = fingerprint()
    if key not in _rendered:
        kept = RenderedDDL.objects.filter(pk=key).first()
        _rendered[key] = (
            Rendered(kept.ddl, tuple((a, n) for a, n in kept.migrations)) if kept else _render_and_keep(key)
        )
    return _rendered[key]


def _render_and_keep(key: str) -> Rendered:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        kept = RenderedDDL.objects.filter(pk=key).first()
        if kept:
            return Rendered(kept.ddl, tuple((a, n) for a, n in kept.migrations))
        found = _render()
        RenderedDDL.objects.create(fingerprint=key, ddl=found.ddl, migrations=[list(m) for m in found.migrations])
    return found


def _render() -> Rendered:
    before = connection.tenant
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {TEMPLATE_SCHEMA} CASCADE; CREATE SCHEMA {TEMPLATE_SCHEMA}")
        migrate_schema(TEMPLATE_SCHEMA)
        with connection.cursor() as cursor:
            ddl = render_schema(cursor, TEMPLATE_SCHEMA)
            cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
            migrations = tuple((str(app), str(name)) for app, name in cursor.fetchall())
            cursor.execute(f"DROP SCHEMA {TEMPLATE_SCHEMA} CASCADE")
    finally:
        connection.set_tenant(before)
    return Rendered(ddl, migrations)


def migrate_schema(schema: str) -> None:
    """Runs every migration in `schema` as Django itself would, and leaves the connection there."""
    # Without public in the path, or its django_migrations would be taken for the schema's own.
    connection.set_schema(schema, include_public=False)
    MigrationRecorder(connection).ensure_schema()
    connection.set_schema(schema)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
