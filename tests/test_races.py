"""Several people at once, on real connections: every command exactly once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django_tenants.utils import tenant_context

from apps.loans.applications.services.apply import LoanRequest, apply_for_loan
from apps.loans.book.models import Loan, LoanEvent, LoanState
from apps.loans.book.projection import project
from apps.loans.ledger.queries import broken_heads, broken_links
from apps.loans.ledger.verification import check_books
from apps.loans.recording.transfers import AlreadyBooked
from apps.loans.servicing.models import PaymentNotice
from apps.loans.servicing.services import reported_payments
from apps.loans.servicing.services.many_repayments import ReceiptRow, record_repayments
from apps.loans.servicing.services.pay_out import PayOut, disburse
from apps.loans.servicing.services.repayment import Receipt, record_repayment
from apps.loans.servicing.services.reported_payments import Reported
from apps.mfis.core.actor import SYSTEM, Actor
from apps.mfis.core.commands import command
from apps.mfis.core.database import connection
from apps.mfis.core.errors import KeyReused, ServiceError
from apps.users.accounts.models import Account
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from tests.factories import TODAY, Branch, make_branch
from tests.racing import approved_loan, at_once, paid_out


@pytest.fixture(scope="module")
def gamma(branches: tuple[Branch, Branch], django_db_blocker: Any) -> Any:
    """An MFI whose data is really committed; nothing else looks at it."""
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        branch = make_branch("gamma", "Gamma", "58120001", "100000000001")
        yield branch
        connection.set_schema_to_public()


def test_one_person_registers_twice_at_once(gamma: Branch) -> None:
    def register(n: int) -> Account:
        return register_borrower(person=Person(f"Twin {n}", phone="6400 0001"), actor=SYSTEM, today=TODAY)

    outcomes = at_once(gamma, 6, register)
    assert sum(isinstance(o, Account) for o in outcomes) == 1
    with tenant_context(gamma.mfi):
        assert Account.objects.filter(phone="+26664000001").count() == 1


def test_a_loan_is_paid_out_once(gamma: Branch) -> None:
    loan = approved_loan(gamma, "64000002")
    cashiers = [gamma.staff["cashier"], gamma.staff["manager"]]
    outcomes = at_once(
        gamma,
        6,
        lambda n: disburse(
            loan_id=loan, actor=cashiers[n % 2].actor, channel="cash", value_date=TODAY, idempotency_key=f"k{n}"
        ),
    )
    assert sum(isinstance(o, PayOut) for o in outcomes) == 1


def test_receipts_and_their_retries(gamma: Branch) -> None:
    """64 threads send 64 receipts on 8 loans; a third of them are retries with the same key."""
    loans = [approved_loan(gamma, f"6400010{n}") for n in range(8)]
    with tenant_context(gamma.mfi):
        for loan in loans:
            disburse(loan_id=loan, actor=gamma.staff["cashier"].actor, channel="cash", value_date=TODAY)
    different = 43

    def pay(n: int) -> Receipt:
        n %= different
        return record_repayment(
            loan_id=loans[n % 8],
            actor=gamma.staff["cashier"].actor,
            amount=Decimal(10 + n),
            channel="cash",
            value_date=TODAY,
            idempotency_key=f"pay-{n}",
        )

    outcomes = at_once(gamma, 64, pay)
    assert all(isinstance(o, Receipt) for o in outcomes), [o for o in outcomes if not isinstance(o, Receipt)]
    assert outcomes[: 64 - different] == outcomes[different:]
    with tenant_context(gamma.mfi):
        for place, key in enumerate(loans):
            wanted = [10 + n for n in range(different) if n % 8 == place]
            loan = Loan.objects.select_related("state").get(pk=key)
            assert LoanEvent.objects.filter(loan=loan, type="repayment").count() == len(wanted)
            assert LoanState.objects.get(pk=key).total_paid == sum(wanted)
        numbers = sorted(LoanEvent.objects.filter(type="repayment").values_list("number", flat=True))
        assert [int(n[2:8]) for n in numbers] == list(range(1, different + 1))
        assert check_books(actor=SYSTEM).breaks == []


def test_payments_are_reported_once_each(gamma: Branch) -> None:
    """Eight threads send five payments, three of them twice; each waits for its twin and answers the same."""
    loan = paid_out(gamma, "64000003")

    def report(n: int) -> Reported:
        return reported(loan, 10 + n % 5, f"report-{n % 5}")

    for _ in range(5):
        outcomes = at_once(gamma, 8, report)
        assert outcomes[5:] == outcomes[:3]
    with tenant_context(gamma.mfi):
        kept = PaymentNotice.objects.filter(loan=loan)
        assert sorted(kept.values_list("amount", flat=True)) == [10, 11, 12, 13, 14]
        assert {n.pk for n in kept} == {o.id for o in outcomes}


def reported(loan: Loan, amount: int, key: str) -> Reported:
    return reported_payments.report_payment(
        loan_id=loan.pk,
        actor=loan.borrower.actor,
        amount=Decimal(amount),
        channel="mpesa",
        reference=key,
        idempotency_key=key,
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
        assert [n.pk for n in PaymentNotice.objects.filter(loan=loan)] == [second.id]


@dataclass(frozen=True)
class SomethingElse:
    done: bool


@command()
def do_something_else(*, actor: Actor, idempotency_key: str = "") -> SomethingElse:
    """A command that shares nothing with a payment but the key."""
    return SomethingElse(done=True)


@pytest.mark.parametrize("payment_first", [True, False])
def test_a_payment_and_another_command_with_one_key(gamma: Branch, payment_first: bool) -> None:
    loan = paid_out(gamma, f"6400000{6 + payment_first}")
    report = partial(reported, loan, 10, "both")

    other = partial(do_something_else, actor=loan.borrower.actor, idempotency_key="both")
    ways = (report, other) if payment_first else (other, report)
    first, second = one_behind_the_other(gamma, *ways)
    assert isinstance(first, Reported if payment_first else SomethingElse)
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
        who = register_borrower(person=Person("Hasty", phone="64000900"), actor=SYSTEM, today=TODAY)
    outcomes = at_once(
        gamma,
        4,
        lambda n: apply_for_loan(
            borrower=who,
            request=LoanRequest(product_id=gamma.product.pk, principal=Decimal(1000), installments=12),
            actor=who.actor,
            currency="LSL",
            value_date=TODAY,
        ),
    )
    assert sum(not isinstance(o, ServiceError) for o in outcomes) == 1


def pay_by_mpesa(branch: Branch, loan: Loan, amount: str, reference: str, **more: Any) -> Receipt:
    return record_repayment(
        loan_id=loan.pk,
        actor=branch.staff["cashier"].actor,
        amount=Decimal(amount),
        channel="mpesa",
        reference=reference,
        value_date=TODAY,
        **more,
    )


def test_two_cashiers_enter_one_reference_at_once(gamma: Branch) -> None:
    loans = [paid_out(gamma, f"6470000{n}") for n in range(4)]
    outcomes = at_once(gamma, 8, lambda n: pay_by_mpesa(gamma, loans[n % 4], "20.00", ("MP1", "mp1", "MP 1")[n % 3]))
    assert sum(not isinstance(outcome, ServiceError) for outcome in outcomes) == 1
    assert all(isinstance(outcome, AlreadyBooked) for outcome in outcomes if isinstance(outcome, ServiceError))


def test_members_draw_on_one_transfer_at_once(gamma: Branch) -> None:
    loans = [paid_out(gamma, f"6471000{n}") for n in range(6)]
    outcomes = at_once(
        gamma, 6, lambda n: pay_by_mpesa(gamma, loans[n], "30.00", "WHOLE 9", transfer_amount=Decimal(100))
    )
    assert sum(not isinstance(outcome, ServiceError) for outcome in outcomes) == 3


def test_writers_at_once_make_one_chain(gamma: Branch) -> None:
    """Each transaction adds several events, every third is rolled back: no link is lost, taken twice or left out."""
    loan = approved_loan(gamma, "64000301")

    def write(n: int) -> None:
        with suppress(ZeroDivisionError), transaction.atomic():
            for text in ("one", "two", "three"):
                LoanEvent.objects.create(loan_id=loan, type="note", value_date=TODAY, reason=f"{text} of {n}")
            if n % 3 == 0:
                raise ZeroDivisionError

    at_once(gamma, 12, write)
    with tenant_context(gamma.mfi):
        assert LoanEvent.objects.filter(loan_id=loan, type="note").count() == 24
        project(Loan.objects.get(pk=loan))  # what was written beside the services
        assert not broken_links()
        assert not broken_heads()


def test_many_at_once_beside_single_receipts(gamma: Branch) -> None:
    """Sheets that name the same loans and transfers in any order, and single receipts on them: none waits for ever."""
    loans = [approved_loan(gamma, f"6400040{n}") for n in range(6)]
    cashier = gamma.staff["cashier"].actor
    with tenant_context(gamma.mfi):
        for loan in loans:
            disburse(loan_id=loan, actor=cashier, channel="cash", value_date=TODAY)

    def book(n: int) -> list[str]:
        if n % 3 == 2:
            receipt = record_repayment(loan_id=loans[n % 6], actor=cashier, amount=Decimal(2), channel="cash")
            return [receipt.number]
        order = loans if n % 2 else loans[::-1]
        rows = [ReceiptRow(loan, Decimal(1), "cash") for loan in order]
        rows += [
            ReceiptRow(loan, Decimal(3), "mpesa", f"SHARED{k % 2}", transfer_amount=Decimal(9))
            for k, loan in enumerate(order)
        ]
        results = record_repayments(rows=rows, actor=cashier, all_or_nothing=False)
        return [row.receipt.number for row in results if row.receipt]

    numbers = [number for outcome in at_once(gamma, 9, book) for number in outcome]
    with tenant_context(gamma.mfi):
        kept = LoanEvent.objects.filter(loan__in=loans, type="repayment")
        assert sorted(numbers) == sorted(kept.values_list("number", flat=True))
        assert len(set(numbers)) == len(numbers) == 6 * 6 + 3 + 6
        assert kept.filter(channel="mpesa").count() == 6
        assert not check_books(actor=SYSTEM).breaks
