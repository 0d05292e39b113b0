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

from apps.mfis.core.database import connection
from apps.mfis.tenancy.models import RenderedDDL
from apps.mfis.tenancy.provisioning.render import render_schema
from apps.mfis.tenancy.queries import schemas
from apps.mfis.tenancy.queries.schemas import Key

TEMPLATE_SCHEMA = "letsema_template"

LOCK = 0x4C455453454D41  # "LETSEMA"; one session renders while the others wait


@dataclass(frozen=True, slots=True)
class Rendered:
    """Statements that make a tenant's tables in the current search_path, and the migrations they stand for."""

    ddl: str
    migrations: tuple[Key, ...]


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """A hash of every migration's own text and of the guards' functions."""
    digest = sha256()
    loader = MigrationLoader(None, ignore_no_migrations=True)
    for key in sorted(loader.disk_migrations):
        module = import_module(loader.disk_migrations[key].__module__)
        digest.update(repr(key).encode() + Path(str(module.__file__)).read_bytes())
    for functions in sorted((Path(settings.ROOT) / "apps" / "mfis" / "core" / "sql").glob("*.sql")):
        digest.update(functions.read_bytes())
    digest.update(repr(settings.TENANT_APPS).encode())
    return digest.hexdigest()


_rendered: dict[str, Rendered] = {}


def rendered() -> Rendered:
    """The DDL of the present migrations; rendered on the first call after a migration changed.

    `letsema_migrate` calls it last, so that whoever opens an MFI finds it rendered.
    """
    key = fingerprint()
    if key not in _rendered:
        _rendered[key] = _kept(key) or _render_and_keep(key)
    return _rendered[key]


def _kept(key: str) -> Rendered | None:
    kept = RenderedDDL.objects.filter(pk=key).first()
    return Rendered(kept.ddl, tuple((app, name) for app, name in kept.migrations)) if kept else None


def _render_and_keep(key: str) -> Rendered:
    with transaction.atomic():
        schemas.wait_for_lock(LOCK)
        if kept := _kept(key):
            return kept
        fresh = _render()
        RenderedDDL.objects.create(fingerprint=key, ddl=fresh.ddl, migrations=[list(m) for m in fresh.migrations])
    return fresh


def _render() -> Rendered:
    tenant = connection.tenant
    try:
        schemas.make_empty_schema(TEMPLATE_SCHEMA)
        migrate_schema(TEMPLATE_SCHEMA)
        ddl, migrations = render_schema(TEMPLATE_SCHEMA), schemas.recorded_migrations()
        schemas.drop_schema(TEMPLATE_SCHEMA)
    finally:
        connection.set_tenant(tenant)
    return Rendered(ddl, migrations)


def migrate_schema(schema: str) -> None:
    """Runs every migration in `schema` as Django itself would, and leaves the connection there."""
    # Without public in the path, or its django_migrations would be taken for the schema's own.
    connection.set_schema(schema, include_public=False)
    MigrationRecorder(connection).ensure_schema()
    connection.set_schema(schema)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
