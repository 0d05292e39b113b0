"""What the database itself refuses, tried by raw SQL as the application's role."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from apps.loans.book.models import Loan
from apps.mfis.core.models import Revision
from tests.factories import Branch

Maker = Callable[..., Loan]


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what the fixtures wrote, as after their commit
        cursor.execute(statement)


@pytest.mark.parametrize("table", ["loans_loanevent", "loans_loan", "users_revision", "users_command"])
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "TRUNCATE"])
def test_facts_stay_as_they_are(active: Maker, table: str, verb: str) -> None:
    active()
    from apps.mfis.core.models import Command

    Command.objects.create(name="x", body_hash="y")
    statement = {
        "UPDATE": f"UPDATE {table} SET node = 'Z'",
        "DELETE": f"DELETE FROM {table}",
        "TRUNCATE": f"TRUNCATE {table} CASCADE",
    }[verb]
    with pytest.raises(IntegrityError, match="refused"):
        execute(statement)


@pytest.mark.parametrize("table", ["users_account", "users_borrowerprofile", "loans_product"])
def test_records_are_never_deleted(alpha: Branch, table: str) -> None:
    with pytest.raises(IntegrityError, match="refused"):
        execute(f"DELETE FROM {table}")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE loans_loanstate SET principal_outstanding = -1",
        "INSERT INTO loans_loanevent (id, loan_id, node, type, value_date, channel, reference, reason, actor_name, "
        "idempotency_key, number, payload) SELECT gen_random_uuid(), id, 'A', 'repayment', '2026-03-03', '', '', '', "
        "'', '', '', '{}' FROM loans_loan",
        "INSERT INTO loans_loanevent (id, loan_id, node, type, value_date, channel, reference, reason, actor_name, "
        "idempotency_key, number, payload) SELECT gen_random_uuid(), id, 'A', 'gift', '2026-03-03', '', '', '', '', "
        "'', '', '{}' FROM loans_loan",
        "UPDATE users_account SET role = 'king'",
        "UPDATE users_account SET email = NULL, phone = NULL",
        "UPDATE loans_product SET principal_min = principal_max + 1",
    ],
)
def test_constraints(active: Maker, statement: str) -> None:
    active()
    with pytest.raises(IntegrityError):
        execute(statement)


@pytest.mark.parametrize("column", ["email", "phone"])
def test_natural_keys_are_refused_twice(alpha: Branch, column: str) -> None:
    with pytest.raises(IntegrityError, match="already belongs"):
        execute(f"UPDATE users_account SET {column} = (SELECT max({column}) FROM users_account)")


def test_every_change_is_kept_whatever_the_path(alpha: Branch) -> None:
    before = Revision.objects.count()
    execute("UPDATE users_account SET full_name = 'By SQL' WHERE role = 'borrower'")
    found = Revision.objects.order_by("-recorded_at", "-id").first()
    assert Revision.objects.count() == before + 1
    assert found is not None
    assert found.changed == ["full_name"]
    assert found.image["full_name"] == "By SQL"


def test_a_change_of_nothing_is_no_revision(alpha: Branch) -> None:
    before = Revision.objects.count()
    execute("UPDATE users_account SET full_name = full_name")
    assert Revision.objects.count() == before
