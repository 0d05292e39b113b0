"""The connection chooses a tenant in two ways, which leave it in one state; and queries that are prepared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from apps.mfis.core.database import PUBLIC, connection, execute, fetch_all, fetch_one, set_tenant_keeping_path
from apps.mfis.core.prepared import Query
from tests.factories import Branch

Choose = Callable[[Any], None]


def stand_in(schema: str) -> Callable[[], None]:
    def stand() -> None:
        connection.set_schema(schema)
        fetch_one("SELECT 1")

    return stand


def roll_back() -> None:
    """Leaves the path as it was before a transaction that chose another one."""
    connection.set_schema_to_public()
    fetch_one("SELECT 1")
    with transaction.atomic():
        stand_in("alpha")()
        transaction.set_rollback(True)


def close_path() -> None:
    """What closing the connection leaves of what was known."""
    connection.search_path_set_schemas = None


@pytest.mark.parametrize("before", [stand_in("alpha"), stand_in("beta"), stand_in(PUBLIC), roll_back, close_path])
def test_both_ways_to_choose_a_tenant_leave_one_state(alpha: Branch, before: Callable[[], None]) -> None:
    def state(choose: Choose) -> tuple[Any, ...]:
        before()
        ContentType.objects.get_for_model(ContentType)
        choose(alpha.mfi)
        cached = bool(ContentType.objects._cache)  # type: ignore[attr-defined]
        chosen = (connection.tenant, connection.schema_name, connection.include_public_schema, cached)
        return (*chosen, fetch_one("SHOW search_path"), connection.search_path_set_schemas)

    assert state(connection.set_tenant) == state(set_tenant_keeping_path)
    assert connection.search_path_set_schemas == ["alpha", PUBLIC]


def test_a_path_that_stands_is_not_set_again(alpha: Branch, django_assert_num_queries: Any) -> None:
    stand_in("alpha")()
    with django_assert_num_queries(1):
        set_tenant_keeping_path(alpha.mfi)
        fetch_one("SELECT 1")
    with django_assert_num_queries(2):
        connection.set_tenant(alpha.mfi)
        fetch_one("SELECT 1")


def test_rows_are_fetched_and_changes_counted(alpha: Branch) -> None:
    assert fetch_all("SELECT n FROM generate_series(1, %s) n", [3]) == [(1,), (2,), (3,)]
    assert fetch_one("SELECT 1 WHERE false") is None
    assert execute("UPDATE users_account SET wants_reminders = wants_reminders WHERE id = %s", [alpha.borrower.pk]) == 1


def test_a_query_is_prepared_once_for_a_connection(alpha: Branch, django_assert_num_queries: Any) -> None:
    stand_in("alpha")()
    double = Query("test_double", "int", "SELECT $1 * 2")
    with django_assert_num_queries(2):
        assert double.rows(4) == [(8,)]
    with django_assert_num_queries(1):
        assert double.rows(5) == [(10,)]
    execute("DEALLOCATE test_double")
