"""Several people at once, on real connections: every command exactly once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django_tenants.utils import tenant_context

from apps.loans.models import Loan, LoanEvent, LoanState
from apps.loans.services import money, origination
from apps.loans.services.books import check_books
from apps.mfis.database import connection
from apps.mfis.errors import ServiceError
from apps.users.models import Account
from apps.users.services.accounts import Person, register_borrower
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
            borrower=who, product_id=branch.product.pk, principal=Decimal(1000), installments=12, purpose="", by=who,
            currency="LSL", on=TODAY,
        )["id"]  # fmt: skip
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
            loan_id=loans[n % 8], by=gamma.staff["cashier"], amount=Decimal(10 + n), channel="cash", on=TODAY,
            key=f"pay-{n}",
        )  # fmt: skip

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


def test_two_applications_sent_at_once(gamma: Branch) -> None:
    with tenant_context(gamma.mfi):
        who = register_borrower(person=Person("Hasty", phone="64000900"), today=TODAY)
    outcomes = at_once(
        gamma, 4,
        lambda n: origination.apply_for_loan(
            borrower=who, product_id=gamma.product.pk, principal=Decimal(1000), installments=12, purpose="", by=who,
            currency="LSL", on=TODAY,
        ),
    )  # fmt: skip
    assert sum(isinstance(o, dict) for o in outcomes) == 1
