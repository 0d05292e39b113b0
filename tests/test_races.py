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
from apps.loans.services.projection_check import differences
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
    """24 sendings of 16 receipts on 4 loans: a third are retries with the same key."""
    loans = [approved_loan(gamma, f"6400010{n}") for n in range(4)]
    with tenant_context(gamma.mfi):
        for loan in loans:
            money.disburse(loan_id=loan, by=gamma.staff["cashier"], channel="cash", on=TODAY)

    def pay(n: int) -> dict[str, Any]:
        n %= 16
        return money.record_repayment(
            loan_id=loans[n % 4],
            by=gamma.staff["cashier"],
            amount=Decimal(10),
            channel="cash",
            on=TODAY,
            key=f"pay-{n}",
        )

    outcomes = at_once(gamma, 24, pay)
    assert all(isinstance(o, dict) for o in outcomes)
    assert outcomes[:8] == outcomes[16:]
    with tenant_context(gamma.mfi):
        for key in loans:
            loan = Loan.objects.select_related("state").get(pk=key)
            assert LoanEvent.objects.filter(loan=loan, type="repayment").count() == 4
            assert LoanState.objects.get(pk=key).total_paid == 40
            assert list(differences(loan)) == []
        numbers = sorted(LoanEvent.objects.filter(type="repayment").values_list("number", flat=True))
        assert [int(n[2:8]) for n in numbers] == list(range(1, 17))


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
