"""One connection to PostgreSQL serves many institutions, one after the other: each sees its own, always."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan
from apps.loans.book.queries.own_loans import list_loans
from apps.mfis.core import database, prepared
from apps.mfis.core.database import connection
from apps.users.access.queries import bearer_of
from apps.users.access.services.tokens import create_token
from tests.factories import Branch


class Caller:
    """The borrower of an MFI, with a loan, by a token."""

    def __init__(self, branch: Branch, loan: Loan) -> None:
        with tenant_context(branch.mfi):
            self.secret = create_token(actor=branch.borrower.actor, name="t").secret
        self.branch, self.loan = branch, str(loan.pk)
        self.client = Client(HTTP_HOST=branch.host, HTTP_AUTHORIZATION=f"Bearer {self.secret}")

    def lists(self) -> list[str]:
        return [line["id"] for line in self.client.get("/api/v1/loans").json()["items"]]

    def is_refused(self) -> None:
        """A command that is refused in the middle of its transaction, which is rolled back."""
        answer = self.client.post(
            "/api/v1/loans",
            {"product_id": str(uuid4()), "principal": "1000.00", "installments": 12, "agreed": "a" * 64},
            "application/json",
            HTTP_IDEMPOTENCY_KEY=uuid4().hex,
        )
        assert answer.status_code == 404


@pytest.fixture
def callers(alpha: Branch, beta: Branch) -> tuple[Caller, Caller]:
    from apps.loans.applications.services.apply import LoanRequest, apply_for_loan

    def apply(branch: Branch) -> Loan:
        with tenant_context(branch.mfi):
            application = apply_for_loan(
                borrower=branch.borrower,
                request=LoanRequest(product_id=branch.product.pk, principal=Decimal(1000), installments=12),
                actor=branch.borrower.actor,
                currency="LSL",
            )
            return Loan.objects.get(pk=application.id)

    return Caller(alpha, apply(alpha)), Caller(beta, apply(beta))


def test_requests_of_two_institutions_in_any_order(callers: tuple[Caller, Caller]) -> None:
    chance = random.Random(7)
    for _ in range(60):
        caller = chance.choice(callers)
        match chance.randrange(5):
            case 0:
                caller.is_refused()
            case 1:
                Client(HTTP_HOST="localhost").get("/")  # the public site
            case 2:
                Client(HTTP_HOST="nobody.localhost").get("/")
            case _:
                assert caller.lists() == [caller.loan]


def test_a_token_is_none_at_its_neighbours(callers: tuple[Caller, Caller]) -> None:
    for here, there in (callers, callers[::-1], callers):
        with tenant_context(here.branch.mfi):
            assert bearer_of(here.secret) is not None
            assert bearer_of(there.secret) is None


def test_the_schema_is_set_once_and_again_after_a_rollback(callers: tuple[Caller, Caller]) -> None:
    alpha, beta = callers

    def sets(caller: Caller, *, refused: bool = False) -> int:
        with CaptureQueriesContext(connection) as queries:
            if refused:
                caller.is_refused()
            assert caller.lists() == [caller.loan]
        return sum(q["sql"].startswith("SET search_path") for q in queries)

    for caller in (beta, alpha):  # which MFI answers to a host is looked up in the public schema, and then known
        sets(caller)
    assert sets(alpha) == 0
    assert sets(beta) == 1
    assert sets(alpha) == 1
    assert sets(alpha, refused=True) == 1
    assert sets(alpha) == 0


def test_a_path_set_in_a_transaction_that_is_undone_is_not_trusted(callers: tuple[Caller, Caller]) -> None:
    alpha, beta = callers
    alpha.lists()
    with transaction.atomic():
        assert beta.lists() == [beta.loan]
        transaction.set_rollback(True)
    assert beta.lists() == [beta.loan]
    assert alpha.lists() == [alpha.loan]


def test_a_prepared_query_outlives_a_longer_column(callers: tuple[Caller, Caller]) -> None:
    """As a migration makes one under running servers."""
    alpha, _ = callers
    assert alpha.lists() == [alpha.loan]
    with tenant_context(alpha.branch.mfi):
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE loans_product ALTER COLUMN name TYPE varchar(2000)")
            cursor.execute("ALTER TABLE users_account ALTER COLUMN full_name TYPE varchar(2000)")
        lines = list_loans(borrower=alpha.branch.borrower, after=None, maximum=9)
        assert [str(line.id) for line in lines] == [alpha.loan]
    assert alpha.lists() == [alpha.loan]


@pytest.fixture
def kept(db: None) -> Iterator[Any]:
    """A connection of its own, as a server keeps one between two requests."""
    own = connection.copy()
    own.ensure_connection()
    yield own
    own.close()


def test_a_kept_connection_is_found_good_without_asking_the_server(kept: Any) -> None:
    asked = "SELECT query FROM pg_stat_activity WHERE pid = %s"
    pid = kept.connection.info.backend_pid
    with kept.cursor() as cursor:
        cursor.execute("SELECT 'the last word'")
    assert kept.is_usable()
    with connection.cursor() as cursor:
        cursor.execute(asked, [pid])
        assert cursor.fetchone()[0] == "SELECT 'the last word'"


def test_a_word_of_the_server_in_between_does_no_harm(kept: Any) -> None:
    with kept.cursor() as cursor:
        cursor.execute("LISTEN letsema_test")
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("NOTIFY letsema_test")
    other.close()
    assert kept.is_usable()
    assert kept.is_usable()


def test_a_connection_that_the_server_ended_is_opened_anew(kept: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [kept.connection.info.backend_pid])
        assert cursor.fetchone()[0]
    kept.health_check_enabled, kept.health_check_done = True, False
    with kept.cursor() as cursor:
        cursor.execute("SELECT 'there again'")
        assert cursor.fetchone()[0] == "there again"


def test_the_first_query_after_the_server_was_killed_may_be_a_prepared_one(
    kept: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the look at a bearer token is, where the schema stands as the last request left it."""
    monkeypatch.setattr(prepared, "connection", kept)
    monkeypatch.setattr(database, "connection", kept)
    query = prepared.Query("test_of_a_killed_server", "int", "SELECT $1 + 1")
    assert query.rows(1) == [(2,)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [kept.connection.info.backend_pid])
    kept.health_check_enabled, kept.health_check_done = True, False
    assert query.rows(2) == [(3,)]
