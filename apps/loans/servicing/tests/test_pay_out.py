"""Paying a loan out: once, whole or in parts, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django_tenants.utils import tenant_context

from apps.loans.book.models import Installment, Loan, LoanEvent
from apps.loans.ledger.tests.books import held, receive
from apps.loans.ledger.verification import check_books
from apps.loans.products.models import Product
from apps.loans.products.quotes import quote_product
from apps.loans.servicing.services.pay_out import disburse, undo_disbursement
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import InvalidInput, ServiceError, WrongState
from tests.factories import TODAY, Branch

Maker = Callable[..., Loan]


D = Decimal


pytestmark = pytest.mark.django_db


def test_the_preview_equals_the_booking(alpha: Branch, active: Maker) -> None:
    _, promised = quote_product(
        product=alpha.product, principal=Decimal("1000.00"), installments=12, on=TODAY, currency="LSL"
    )
    loan = active()
    booked = Installment.objects.filter(loan=loan).order_by("n")
    assert [(i.due_date, i.due["principal"], i.due["interest"]) for i in promised.installments] == [
        (i.due_date, i.principal, i.interest) for i in booked
    ]


def test_money_is_paid_out_once(alpha: Branch, active: Maker) -> None:
    loan = active()
    with pytest.raises(WrongState):
        disburse(loan_id=loan.pk, actor=alpha.staff["cashier"].actor, channel="cash", value_date=TODAY)
    assert LoanEvent.objects.filter(loan=loan, type="disbursement").count() == 1


def test_a_pay_out_can_be_undone_until_a_receipt(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan = active()
    with tenant_context(alpha.mfi):
        by = alpha.staff["accountant"]
        undo_disbursement(loan_id=loan.pk, actor=by.actor, reason="Never collected")
        loan.state.refresh_from_db()
        assert (loan.state.status, held("loans"), held("cash")) == ("approved", 0, 0)
        disburse(loan_id=loan.pk, actor=alpha.staff["cashier"].actor, channel="cash", value_date=TODAY)
        receive(alpha, loan, "10.00")
        with pytest.raises(ServiceError, match="reverse that first"):
            undo_disbursement(loan_id=loan.pk, actor=by.actor, reason="Too late")
        assert check_books(actor=SYSTEM).breaks == []


def test_a_loan_is_paid_out_in_parts(alpha: Branch, approved: Callable[..., Loan]) -> None:
    loan = approved(value_date=TODAY - timedelta(days=30))
    pay = {"loan_id": loan.pk, "actor": alpha.staff["cashier"].actor, "channel": "cash"}
    with tenant_context(alpha.mfi):
        with pytest.raises(InvalidInput, match="is paid out whole"):
            disburse(**pay, amount=D(400), value_date=TODAY - timedelta(days=30))
        Product.objects.filter(pk=loan.product_id).update(tranches_max=2)
        first = disburse(**pay, amount=D(400), value_date=TODAY - timedelta(days=30))
        assert (first.net, first.fee) == (D(388), D(12))  # 3 % of what is paid out
        with pytest.raises(InvalidInput, match=r"600\.00 is left"):
            disburse(**pay, amount=D(700), value_date=TODAY)
        with pytest.raises(InvalidInput, match="this is the last"):
            disburse(**pay, amount=D(500), value_date=TODAY)
        second = disburse(**pay, value_date=TODAY)
        assert (second.net, second.fee) == (D(582), D(18))
        with pytest.raises(WrongState, match="whole loan is paid out"):
            disburse(**pay, value_date=TODAY)
        assert (held("loans"), held("cash"), held("fee_income")) == (D(1000), D(-970), D(-30))
        undo_disbursement(loan_id=loan.pk, actor=alpha.staff["accountant"].actor, reason="Not collected")
        assert (held("loans"), held("cash")) == (D(400), D(-388))
        assert check_books(actor=SYSTEM).breaks == []
