"""Several people at once, on real connections: every command exactly once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django_tenants.utils import tenant_context

from apps.loans.models import Loan, LoanEvent, LoanState, PaymentNotice
from apps.loans.services import money, notices, origination
from apps.loans.services.books import check_books
from apps.mfis.database import connection
from apps.mfis.errors import KeyReused, ServiceError
from apps.users.models import Account
from apps.users.services.accounts import Person, actor_of, register_borrower
from apps.users.services.idempotency import once
from conftest import TODAY, Branch, make_branch


@pytest.fixture(scope="module")
def gamma(branches: tuple[Branch, Branch], django_db_blocker: Any) -> Any:
    """An MFI whose data is really committed; nothing else looks at it."""
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        branch = make_branch("gamma", "Gamma", "58120001", "100000000001")
        yield branch
        connection.set_schema_to_public()


def at_once(branch: Branch, count: int, run: Callable[[int], Any]) -> list[Any]:
    """Runs in threads, each with a connection of its own; a refusal is its result."""

    def one(n: int) -> Any:
        try:
            with tenant_context(branch.mfi):
                return run(n)
        except ServiceError as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def approved_loan(branch: Branch, phone: str) -> UUID:
    with tenant_context(branch.mfi):
        who = register_borrower(person=Person("Racer", phone=phone), today=TODAY)
        loan = origination.apply_for_loan(
            borrower=who,
            product_id=branch.product.pk,
            principal=Decimal(1000),
            installments=12,
            purpose="",
            by=who,
            currency="LSL",
            on=TODAY,
        )["id"]
        origination.start_review(loan_id=loan, by=branch.staff["officer"], on=TODAY)
        origination.recommend(loan_id=loan, by=branch.staff["officer"], reason="Seen", on=TODAY)
        origination.approve(loan_id=loan, by=branch.staff["approver"], on=TODAY)
    return UUID(loan)


def test_one_person_registers_twice_at_once(gamma: Branch) -> None:
    def register(n: int) -> Account:
        return register_borrower(person=Person(f"Twin {n}", phone="6400 0001"), today=TODAY)

    outcomes = at_once(gamma, 6, register)
    assert sum(isinstance(o, Account) for o in outcomes) == 1
    with tenant_context(gamma.mfi):
        assert Account.objects.filter(phone="+26664000001").count() == 1


def test_a_loan_is_paid_out_once(gamma: Branch) -> None:
    loan = approved_loan(gamma, "64000002")
    cashiers = [gamma.staff["cashier"], gamma.staff["manager"]]
    outcomes = at_once(
        gamma, 6, lambda n: money.disburse(loan_id=loan, by=cashiers[n % 2], channel="cash", on=TODAY, key=f"k{n}")
    )
    assert sum(isinstance(o, dict) for o in outcomes) == 1


def test_receipts_and_their_retries(gamma: Branch) -> None:
    """64 threads send 64 receipts on 8 loans; a third of them are retries with the same key."""
    loans = [approved_loan(gamma, f"6400010{n}") for n in range(8)]
    with tenant_context(gamma.mfi):
        for loan in loans:
            money.disburse(loan_id=loan, by=gamma.staff["cashier"], channel="cash", on=TODAY)
    different = 43

    def pay(n: int) -> dict[str, Any]:
        n %= different
        return money.record_repayment(
            loan_id=loans[n % 8],
            by=gamma.staff["cashier"],
            amount=Decimal(10 + n),
            channel="cash",
            on=TODAY,
            key=f"pay-{n}",
        )

    outcomes = at_once(gamma, 64, pay)
    assert all(isinstance(o, dict) for o in outcomes), [o for o in outcomes if not isinstance(o, dict)]
    assert outcomes[: 64 - different] == outcomes[different:]
    with tenant_context(gamma.mfi):
        for place, key in enumerate(loans):
            wanted = [10 + n for n in range(different) if n % 8 == place]
            loan = Loan.objects.select_related("state").get(pk=key)
            assert LoanEvent.objects.filter(loan=loan, type="repayment").count() == len(wanted)
            assert LoanState.objects.get(pk=key).total_paid == sum(wanted)
        numbers = sorted(LoanEvent.objects.filter(type="repayment").values_list("number", flat=True))
        assert [int(n[2:8]) for n in numbers] == list(range(1, different + 1))
        assert check_books().breaks == []


def test_payments_are_reported_once_each(gamma: Branch) -> None:
    """Eight threads send five payments, three of them twice; each waits for its twin and answers the same."""
    loan = paid_out(gamma, "64000003")

    def report(n: int) -> dict[str, Any]:
        return reported(loan, 10 + n % 5, f"report-{n % 5}")

    for _ in range(5):
        outcomes = at_once(gamma, 8, report)
        assert outcomes[5:] == outcomes[:3]
    with tenant_context(gamma.mfi):
        kept = PaymentNotice.objects.filter(loan=loan)
        assert sorted(kept.values_list("amount", flat=True)) == [10, 11, 12, 13, 14]
        assert {str(n.pk) for n in kept} == {o["id"] for o in outcomes}


def paid_out(branch: Branch, phone: str) -> Loan:
    loan = approved_loan(branch, phone)
    with tenant_context(branch.mfi):
        money.disburse(loan_id=loan, by=branch.staff["cashier"], channel="cash", on=TODAY)
        return Loan.objects.select_related("borrower").get(pk=loan)


def reported(loan: Loan, amount: int, key: str) -> dict[str, Any]:
    return notices.report_payment(
        loan_id=loan.pk, by=loan.borrower, amount=Decimal(amount), channel="mpesa", reference=key, key=key
    )


def one_behind_the_other(
    branch: Branch, first: Callable[[], Any], second: Callable[[], Any], *, commits: bool = True
) -> list[Any]:
    """Runs `second` while the transaction of `first` is open, and ends that once `second` waits for it."""
    ran, asked = threading.Event(), threading.Event()
    backend: list[int] = []

    def send(n: int) -> Any:
        if n == 1:
            assert ran.wait(20)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                backend.append(cursor.fetchone()[0])
            asked.set()
            return second()
        with transaction.atomic():
            answer = first()
            ran.set()
            assert asked.wait(20)
            _until_it_waits(backend[0])
            transaction.set_rollback(not commits)
        return answer

    return at_once(branch, 2, send)


@pytest.mark.parametrize("commits", [True, False])
def test_a_payment_whose_twin_is_still_on_its_way(gamma: Branch, commits: bool) -> None:
    """It waits; where the twin is kept it gets that one's answer, where it is undone it is kept itself."""
    loan = paid_out(gamma, f"6400000{4 + commits}")
    report = partial(reported, loan, 10, "twins")
    first, second = one_behind_the_other(gamma, report, report, commits=commits)
    assert (first == second) is commits
    with tenant_context(gamma.mfi):
        assert [str(n.pk) for n in PaymentNotice.objects.filter(loan=loan)] == [second["id"]]


@pytest.mark.parametrize("payment_first", [True, False])
def test_a_payment_and_another_command_with_one_key(gamma: Branch, payment_first: bool) -> None:
    loan = paid_out(gamma, f"6400000{6 + payment_first}")
    report = partial(reported, loan, 10, "both")

    def other() -> dict[str, Any]:
        return once(actor=actor_of(loan.borrower), key="both", name="other", body={}, run=lambda: {"done": True})

    ways = (report, other) if payment_first else (other, report)
    first, second = one_behind_the_other(gamma, *ways)
    assert isinstance(first, dict)
    assert isinstance(second, KeyReused)
    with tenant_context(gamma.mfi):
        assert PaymentNotice.objects.filter(loan=loan).count() == payment_first


def _until_it_waits(backend: int) -> None:
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s", [backend])
            if cursor.fetchone()[0] == "Lock":
                return
        time.sleep(0.05)
    raise AssertionError("the second did not wait for the first")


def test_two_applications_sent_at_once(gamma: Branch) -> None:
    with tenant_context(gamma.mfi):
        who = register_borrower(person=Person("Hasty", phone="64000900"), today=TODAY)
    outcomes = at_once(
        gamma,
        4,
        lambda n: origination.apply_for_loan(
            borrower=who,
            product_id=gamma.product.pk,
            principal=Decimal(1000),
            installments=12,
            purpose="",
            by=who,
            currency="LSL",
            on=TODAY,
        ),
    )
    assert sum(isinstance(o, dict) for o in outcomes) == 1
