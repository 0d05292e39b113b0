"""Making and migrating an MFI's schema."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection, transaction

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import AlreadyExists, InvalidInput
from apps.mfis.tenancy.models import MFI, Domain, SchemaReady, tenant_id
from apps.mfis.tenancy.provisioning.migrate import find_pending, migrate_tenants, render_plan
from apps.mfis.tenancy.provisioning.template import migrate_schema
from apps.mfis.tenancy.services.provisioning import build_mfi, create_schema, provision_mfi
from apps.users.operators.services import onboard_mfi
from tests.factories import Branch

CATALOG = {
    "columns": """SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision, numeric_scale,
                         is_nullable, column_default, is_identity
                    FROM information_schema.columns WHERE table_schema = %s ORDER BY table_name, ordinal_position""",
    "constraints": """SELECT t.relname, c.conname, c.contype, c.condeferrable, c.condeferred,
                             pg_get_constraintdef(c.oid, true)
                        FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
                       WHERE c.connamespace = %s::regnamespace ORDER BY 1, 2""",
    "indexes": "SELECT tablename, indexname, replace(indexdef, schemaname || '.', '') FROM pg_indexes "
    "WHERE schemaname = %s ORDER BY 1, 2",
    "triggers": """SELECT c.relname, g.tgname, g.tgenabled, pg_get_triggerdef(g.oid, true) FROM pg_trigger g
                     JOIN pg_class c ON c.oid = g.tgrelid
                    WHERE c.relnamespace = %s::regnamespace AND NOT g.tgisinternal ORDER BY 1, 2""",
    "storage": "SELECT relname, reloptions FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r' "
    "ORDER BY 1",
    "migrations": None,
}


def catalog(schema: str) -> dict[str, list[Any]]:
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('search_path', %s, true)", [f"{schema}, public"])
        for name, query in CATALOG.items():
            if query is None:
                cursor.execute(f"SELECT app, name FROM {schema}.django_migrations ORDER BY 1, 2")
            else:
                cursor.execute(query, [schema])
            found[name] = [tuple(plain(str(c), schema) for c in row) for row in cursor.fetchall()]
    return found


def plain(text: str, schema: str) -> str:
    """Without the schema's name and casts: PostgreSQL writes the same check with other casts once it is read back."""
    return re.sub(r"[()]|::[a-z ]+(\[\])?", "", text.replace(f"{schema}.", ""))


@pytest.fixture
def public(branches: tuple[Branch, Branch], db: None) -> None:
    connection.set_schema_to_public()


def test_rendered_and_migrated_schemas_are_the_same(public: None) -> None:
    create_schema("made_by_ddl")
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA made_by_migrations")
    migrate_schema("made_by_migrations")
    connection.set_schema_to_public()
    one, two = catalog("made_by_ddl"), catalog("made_by_migrations")
    for part in CATALOG:
        assert one[part] == two[part], part
        assert one[part], part


VALUES = {
    "name": "Gamma",
    "licence_type": "credit_only_3",
    "district": "Maseru",
    "contact_email": "a@gamma.example",
    "admin_name": "Khotso Mohapi",
    "admin_email": "khotso@gamma.example",
    "actor": SYSTEM,
    "notify": False,
}


@pytest.mark.parametrize(
    "subdomain",
    [
        "",
        "-a",
        "a-",
        "1a",
        "A b",
        "public",
        "www",
        "pg-catalog",
        "pg_x",
        "a_b",
        "x" * 41,
        "postgres",
        "é",
        "a.b",
        'x"; drop schema public; --',
    ],
)
def test_bad_names_are_refused(public: None, subdomain: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        onboard_mfi(subdomain=subdomain, **VALUES)
    assert "subdomain" in refused.value.errors
    assert not MFI.objects.filter(name="Gamma").exists()


def test_a_taken_name_is_refused(public: None) -> None:
    with pytest.raises(AlreadyExists):
        onboard_mfi(subdomain="alpha", **VALUES)


def test_a_failure_leaves_nothing_behind(public: None) -> None:
    def fails(mfi: MFI) -> None:
        raise RuntimeError("no")

    mfi = build_mfi(
        **{k: v for k, v in VALUES.items() if k not in ("admin_name", "admin_email", "actor", "notify")},
        subdomain="gamma",
    )
    with pytest.raises(RuntimeError), transaction.atomic():
        provision_mfi(mfi=mfi, actor=SYSTEM, open_with=fails)
    assert not MFI.objects.filter(subdomain="gamma").exists()
    assert not Domain.objects.filter(domain__startswith="gamma").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'gamma'")
        assert cursor.fetchone()[0] == 0
    assert connection.schema_name == "public"


CREDIT = ("0001_initial", "0002_set_aside", "0003_histories", "0004_work_notes")


def test_pending_tenants_are_found_by_one_query(public: None, django_assert_num_queries: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM alpha.django_migrations WHERE app = 'credit'")
    MFI.objects.create(
        id=tenant_id("elsewhere"),
        name="Opened on another node",
        subdomain="elsewhere",
        schema_name="elsewhere",
        licence_type="credit_only_2",
        district="leribe",
    )
    with django_assert_num_queries(2):  # the MFIs' schemas in this database, then all their migrations at once
        pending = find_pending()
    assert [(p.schema, p.keys) for p in pending] == [("alpha", tuple(("credit", name) for name in CREDIT))]


def test_a_pending_migration_is_rendered_once_and_run(branches: tuple[Branch, Branch], django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        try:
            create_schema_committed("left_behind")
            with connection.cursor() as cursor:
                for table in ("outboxentry", "historiesmonth", "retentionperiod", "retentionrun"):
                    cursor.execute(f"DROP TABLE left_behind.credit_{table}")
                cursor.execute("DELETE FROM left_behind.django_migrations WHERE app = 'credit'")
            with transaction.atomic():  # made here before the MFI's own row came: a node tells that it stands
                SchemaReady.objects.create(schema_name="left_behind")
                assert [p.schema for p in find_pending()] == ["left_behind"]
                transaction.set_rollback(True)
            pending = find_pending(["left_behind"])
            assert "CREATE TABLE" in str(render_plan("left_behind", pending[0].keys))
            outcomes: list[Any] = []
            migrate_tenants(pending, jobs=1, report=outcomes.append)
            assert [o.error for o in outcomes] == [""]
            assert find_pending(["left_behind"]) == []
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM left_behind.credit_outboxentry")
        finally:
            with connection.cursor() as cursor:
                cursor.execute("DROP SCHEMA IF EXISTS left_behind CASCADE")


def create_schema_committed(name: str) -> None:
    with transaction.atomic():
        create_schema(name)
