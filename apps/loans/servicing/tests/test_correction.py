"""What was booked wrongly is reversed, or corrected by two facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan, LoanEvent
from apps.loans.ledger.tests.books import held, receive
from apps.loans.ledger.verification import check_books
from apps.loans.servicing.services.correction import correct_repayment, reverse_repayment
from apps.loans.servicing.services.repayment import Receipt, record_repayment
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import InvalidInput, WrongState
from tests.factories import TODAY, Branch

Maker = Callable[..., Loan]


D = Decimal


pytestmark = pytest.mark.django_db


def pay(alpha: Branch, loan: Loan, amount: str, **more: Any) -> Receipt:
    values = {"channel": "cash", "value_date": TODAY + timedelta(days=20), **more}
    return record_repayment(loan_id=loan.pk, actor=alpha.staff["cashier"].actor, amount=Decimal(amount), **values)


def test_a_receipt_is_reversed_once(alpha: Branch, active: Maker) -> None:
    loan = active()
    event = pay(alpha, loan, "50.00")
    by = alpha.staff["accountant"]
    reverse_repayment(event_id=event.id, actor=by.actor, reason="Wrong loan")
    with pytest.raises(WrongState):
        reverse_repayment(event_id=event.id, actor=by.actor, reason="Again")


def test_a_receipt_is_corrected_by_two_facts(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan = active(value_date=TODAY - timedelta(days=20))
    with tenant_context(alpha.mfi):
        receive(alpha, loan, "100.00")
        wrong = LoanEvent.objects.get(type="repayment")
        with pytest.raises(InvalidInput, match="booked already"):
            correct_repayment(event_id=wrong.pk, actor=alpha.staff["manager"].actor, reason="No change")
        correct_repayment(
            event_id=wrong.pk,
            actor=alpha.staff["manager"].actor,
            reason="Came earlier",
            value_date=TODAY - timedelta(days=3),
            amount=D("110.00"),
        )
        right = LoanEvent.objects.filter(type="repayment", reversed_by__isnull=True).get()
        assert (right.amount, right.payload) == (D("110.00"), {"corrects": wrong.number})
        assert held("mpesa") == D("110.00")
        assert check_books(actor=SYSTEM).breaks == []
