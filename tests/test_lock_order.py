"""Steps that write several facts hold nothing between them that a receipt waits for, which holds what they need."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django_tenants.utils import tenant_context

from apps.loans.book.models import LoanEvent
from apps.loans.ledger.verification import check_books
from apps.loans.products.models import Policy
from apps.loans.servicing.services import correction, second_person
from apps.loans.servicing.services.correction import correct_repayment
from apps.loans.servicing.services.proposals import decide_proposal
from apps.loans.servicing.services.repayment import Receipt, record_repayment
from apps.mfis.core.actor import SYSTEM, Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.database import connection
from apps.mfis.core.tables import new_id
from tests.factories import TODAY, Branch, make_branch
from tests.racing import at_once, paid_out

PATIENCE = 3  # seconds: PostgreSQL looks for a deadlock after one


@pytest.fixture(scope="module")
def branch(branches: tuple[Branch, Branch], django_db_blocker: Any) -> Any:
    """An MFI whose data is really committed; nothing else looks at it."""
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        name = f"order{new_id().hex[-8:]}"  # a database that is kept has those of the runs before
        yield make_branch(name, "Order", "58120002", "100000000002")
        connection.set_schema_to_public()


class Meanwhile:
    """Stops a step between its facts until a receipt on another loan is booked, if that comes to an end."""

    def __init__(self) -> None:
        self.reached, self.ended = threading.Event(), threading.Event()
        self.came_through = False

    def holding(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def held(*args: Any) -> Any:
            if not self.reached.is_set():
                self.reached.set()
                self.came_through = self.ended.wait(PATIENCE)
            return function(*args)

        return held

    def run(self, branch: Branch, step: Callable[[], Any], loan: UUID) -> list[Any]:
        def one(n: int) -> Any:
            if n == 0:
                return step()
            assert self.reached.wait(20)
            receipt = receive(loan, cashier(branch))
            self.ended.set()
            return receipt

        return at_once(branch, 2, one)


def cashier(branch: Branch) -> Actor:
    return branch.staff["cashier"].actor


def receive(loan: UUID, actor: Actor, **values: Any) -> Receipt:
    return record_repayment(loan_id=loan, actor=actor, amount=Decimal(50), **{"channel": "cash", **values})


def test_a_receipt_is_booked_in_the_midst_of_a_correction(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    loan, other = paid_out(branch, "64100001"), paid_out(branch, "64100002")
    with tenant_context(branch.mfi):
        Policy.objects.update(reversal_alone=None, past_month_alone=None, duties_apart=False)
        wrong = receive(loan.pk, cashier(branch), channel="mpesa", reference="ORDER1")
    meanwhile = Meanwhile()
    monkeypatch.setattr(correction, "_book_right", meanwhile.holding(correction._book_right))
    manager = branch.staff["manager"].actor

    def correct() -> Receipt:
        return correct_repayment(event_id=wrong.id, actor=manager, reason="It was less", amount=Decimal(40))

    corrected, receipt = meanwhile.run(branch, correct, other.pk)
    assert meanwhile.came_through
    assert int(receipt.number[2:8]) + 1 == int(corrected.number[2:8])
    with tenant_context(branch.mfi):
        again = receive(other.pk, cashier(branch), channel="mpesa", reference="ORDER2")
        assert again.number
        assert not check_books(actor=SYSTEM).breaks


def test_a_receipt_is_booked_in_the_midst_of_a_step_that_is_agreed_to(
    branch: Branch, monkeypatch: pytest.MonkeyPatch
) -> None:
    loan, other = paid_out(branch, "64100003"), paid_out(branch, "64100004")
    with tenant_context(branch.mfi):
        Policy.objects.update(past_month_alone=Decimal(0))
        assert business_date().replace(day=1) > TODAY
        assert receive(loan.pk, cashier(branch), value_date=TODAY).waits
    meanwhile = Meanwhile()
    step = second_person.STEPS["record_repayment"]
    held = replace(step, book=meanwhile.holding(step.book))
    monkeypatch.setitem(second_person.STEPS, "record_repayment", held)
    manager = branch.staff["manager"].actor

    def agree() -> Any:
        return decide_proposal(loan_id=loan.pk, actor=manager, agree=True)

    agreed, receipt = meanwhile.run(branch, agree, other.pk)
    assert meanwhile.came_through
    assert int(receipt.number[2:8]) + 1 == int(agreed.number[2:8])
    with tenant_context(branch.mfi):
        kinds = LoanEvent.objects.filter(loan=loan).in_booking_order().values_list("type", flat=True)
        assert list(kinds)[-3:] == ["step_proposed", "step_agreed", "repayment"]
        assert not check_books(actor=SYSTEM).breaks
