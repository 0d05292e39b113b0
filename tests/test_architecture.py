"""What keeps the parts apart and the tables ready for several nodes."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection
from django.db.migrations import AddField, Migration
from django.db.migrations.loader import MigrationLoader
from django.db.models import IntegerField
from django.urls import set_urlconf

from apps.mfis.core.tables import Kind
from tests.factories import Branch
from tests.imports import ROOMS, ROOT, cycles, imported_by, imports, module_of, room_of, strays, upward

# What faces people and programs. What lies below never imports it.
FACES = ("admin", "api", "views", "forms")


def layer_of(module: str) -> str:
    """The part of a room's skeleton that a module belongs to: `services`, `admin` …"""
    room = room_of(module) or ""
    inside = module.removeprefix(f"apps.{room}").lstrip(".").split(".")
    return "admin" if room == "users.back_office" else inside[0]  # a room of faces as a whole


def test_rooms_import_only_what_stands_before_them() -> None:
    assert upward() == []


def test_every_module_of_an_app_stands_in_a_room() -> None:
    assert strays() == []


def test_no_module_imports_itself_in_the_end() -> None:
    assert cycles() == []


def test_only_faces_import_faces() -> None:
    """Services and selectors know nothing of pages and routes: admin, API, imports and commands share one door."""
    wrong = [
        f"{module} imports {target}"
        for module, targets in imports().items()
        if room_of(module) not in (None, "config") and layer_of(module) not in FACES
        for target in targets
        if room_of(target) not in (None, "config") and layer_of(target) in FACES
    ]
    assert wrong == []


@pytest.mark.parametrize("room", [room for room in ROOMS if "." in room])
def test_each_room_has_the_skeleton(room: str) -> None:
    """A room says what it is for, and its tests stand in it."""
    folder = ROOT / "apps" / Path(*room.split("."))
    assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))), room
    assert list(folder.glob("tests/test_*.py")), f"{room} has no tests of its own"


def test_the_domain_knows_no_framework_and_no_clock() -> None:
    forbidden = {"django", "ninja", "psycopg2", "time", "pymongo", "mongoengine"}
    for path in (ROOT / "apps" / "loans" / "domain").glob("*.py"):
        assert not {target.split(".")[0] for target in imports()[module_of(path)]} & forbidden, path
        assert not {room_of(target) for target in imports()[module_of(path)]} - {None, "loans.domain"}, path
        text = path.read_text(encoding="utf-8")
        assert ".today()" not in text, path
        assert ".now(" not in text, path


def knows_mongodb(path: Path) -> bool:
    """Whether a file imports MongoDB's libraries, or takes a collection without them."""
    own = {module.split(".")[0] for module in imported_by(path)}
    return bool(own & {"pymongo", "bson", "mongoengine"}) or "_get_collection" in path.read_text(encoding="utf-8")


def test_only_the_repository_knows_collections() -> None:
    """Tests and benchmarks too ask it, or `apps/credit/tests/kept.py`, which asks it."""
    home = ROOT / "apps" / "credit"
    allowed = {home / "documents.py", *(home / "repository").glob("*.py")}
    everywhere = {path for folder in ("apps", "bench") for path in (ROOT / folder).rglob("*.py")}
    assert [path.relative_to(ROOT) for path in sorted(everywhere - allowed) if knows_mongodb(path)] == []
    assert knows_mongodb(home / "repository" / "connection.py")


def test_psycopg_3_is_absent() -> None:
    assert find_spec("psycopg") is None, "Django would use it instead of psycopg2"


def test_no_migration_is_missing(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_system_checks_pass(db: None) -> None:
    assert [str(m) for m in run_checks() if not m.is_silenced()] == []


# What production wants to be told.
SAID = {"LETSEMA_TRUSTED_PROXIES": "1", "LETSEMA_SMS_URL": "files", "EMAIL_URL": "smtp://mail.example:25"}


def test_deployment_checks_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": "k" * 60 + "abcdefghij",
        "CREDIT_KEY": "c" * 50,
        **SAID,
        "LETSEMA_HOST": "letsema.example",
    }
    env.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # the browser tests' own
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_static_files_can_be_collected_for_production(tmp_path: Path) -> None:
    """The manifest storage follows every reference in scripts and styles; one that leads nowhere stops it."""

    code = (
        "import django; from django.conf import settings; import config.settings.production as p; "
        f"p.STATIC_ROOT = {str(tmp_path)!r}; django.setup(); "
        "from django.core.management import call_command; call_command('collectstatic', interactive=False, verbosity=0)"
    )
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": "k" * 60 + "abcdefghij",
        "CREDIT_KEY": "c",
        **SAID,
        "LETSEMA_HOST": "letsema.example",
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "staticfiles.json").exists()


def test_the_committed_portal_is_built_from_its_sources() -> None:
    """`make portal` writes the fingerprint of the sources beside the build; a change without a build is found here."""
    found = subprocess.run([sys.executable, "portal/fingerprint.py"], cwd=ROOT, capture_output=True, text=True)
    built = (ROOT / "portal" / "dist" / "sources.sha256").read_text(encoding="utf-8")
    assert found.stdout == built, "run `make portal` and commit portal/dist"


def test_the_portals_types_are_those_of_the_api(tmp_path: Path) -> None:
    """portal/src/schema.ts is made from this document by `make portal`; the fingerprint above binds the two."""
    set_urlconf(None)  # a request of another test may have left the public site's
    now = tmp_path / "openapi.json"
    call_command("export_openapi_schema", api="config.api.tenant_api", indent=1, sorted=True, output=str(now))
    committed = (ROOT / "portal" / "openapi.json").read_text(encoding="utf-8")
    assert json.loads(now.read_text(encoding="utf-8")) == json.loads(committed), "run `make portal`"


def test_production_refuses_to_start_without_its_secrets() -> None:
    env = {k: v for k, v in os.environ.items() if k != "CREDIT_KEY"} | {
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": "k",
        "LETSEMA_HOST": "letsema.example",
    }
    done = subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode != 0
    assert "CREDIT_KEY is not set" in done.stderr


def test_every_fact_is_guarded_by_the_database(alpha: Branch) -> None:
    """A model that says it is a fact, and whose table may be updated, would be a lie."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, array_agg(t.tgname::text) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE c.relnamespace IN ('alpha'::regnamespace, 'public'::regnamespace) AND NOT tgisinternal GROUP BY 1"
        )
        guards = {table: set(names) for table, names in cursor.fetchall()}
    wanted = {Kind.FACT: "letsema_append_only", Kind.REVISIONED: "letsema_revision"}
    for model in apps.get_models():
        kind: Any = getattr(model, "kind", None)
        if kind in wanted:
            assert wanted[kind] in guards.get(model._meta.db_table, set()), model
            assert "letsema_no_truncate" in guards[model._meta.db_table], model


# What was made before nodes could be migrated one by one.
BEFORE_ROLLING = {"mfis": 4, "users": 4, "credit": 1, "loans": 11}


def fields_without_a_value(migrations: Iterable[Migration]) -> list[str]:
    """Fields added to tables whose old rows and images, of nodes not migrated yet, would lack them."""
    return [
        f"{migration.app_label}.{migration.name}: {operation.model_name}.{operation.name}"
        for migration in migrations
        if int(migration.name[:4]) > BEFORE_ROLLING[migration.app_label]
        for operation in migration.operations
        if isinstance(operation, AddField) and not operation.field.null and not operation.field.has_db_default()
    ]


def test_a_field_added_to_a_published_table_has_a_value_in_the_database() -> None:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    assert not fields_without_a_value(m for (app, _), m in loader.disk_migrations.items() if app in BEFORE_ROLLING)
    wrong = Migration("0099_wrong", "loans")
    fields = {"a": IntegerField(default=1), "b": IntegerField(db_default=1), "c": IntegerField(null=True)}
    wrong.operations = [AddField("loan", name, field) for name, field in fields.items()]
    assert fields_without_a_value([wrong]) == ["loans.0099_wrong: loan.a"]
