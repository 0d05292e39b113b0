"""What was booked wrongly is reversed, or corrected by two facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan, LoanEvent, LoanState
from apps.loans.ledger.tests.books import held, receive
from apps.loans.ledger.verification import check_books
from apps.loans.servicing.services.correction import correct_repayment, reverse_repayment
from apps.loans.servicing.services.credits import refund
from apps.loans.servicing.services.repayment import Receipt, pay_off, record_repayment
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import InvalidInput, WrongState
from apps.users.accounts.models import HEAD_OFFICE_ID
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


def test_a_receipt_on_which_a_refund_rests_is_not_reversed(alpha: Branch, active: Maker) -> None:
    loan, manager = active(), alpha.staff["manager"].actor
    receipt = pay(alpha, loan, "1200.00", accept_overpayment=True)
    given_back = refund(loan_id=loan.pk, actor=manager, amount=receipt.overpaid, channel="cash")
    with pytest.raises(WrongState, match="reverse the refund first"):
        reverse_repayment(event_id=receipt.id, actor=manager, reason="Wrong loan")
    reverse_repayment(event_id=given_back.id, actor=manager, reason="Not handed over")
    assert reverse_repayment(event_id=receipt.id, actor=manager, reason="Wrong loan").status == "active"


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
        assert (right.amount, right.payload) == (D("110.00"), {"corrects": wrong.number, "branch": str(HEAD_OFFICE_ID)})
        assert held("mpesa") == D("110.00")
        assert check_books(actor=SYSTEM).breaks == []


def test_the_accountant_corrects_a_receipt(alpha: Branch, active: Maker) -> None:
    wrong = pay(alpha, active(), "50.00")
    right = correct_repayment(
        event_id=wrong.id, actor=alpha.staff["accountant"].actor, reason="Counted again", amount=D("60.00")
    )
    assert LoanEvent.objects.get(pk=right.id).amount == D("60.00")


def test_a_receipts_channel_and_reference_are_corrected(alpha: Branch, active: Maker) -> None:
    wrong = pay(alpha, active(), "50.00")
    by = alpha.staff["accountant"].actor
    right = correct_repayment(
        event_id=wrong.id, actor=by, reason="By M-Pesa", channel="mpesa", reference=" QK7 ", idempotency_key="k"
    )
    event = LoanEvent.objects.get(pk=right.id)
    assert (event.channel, event.reference, event.reason) == ("mpesa", "QK7", "By M-Pesa")
    assert (held("cash"), held("mpesa")) == (D("-970.00"), D("50.00"))


def test_a_wallet_reference_is_corrected_but_not_left_out(alpha: Branch, active: Maker) -> None:
    wrong = pay(alpha, active(), "50.00", channel="mpesa", reference="QK7")
    by = alpha.staff["accountant"].actor
    with pytest.raises(InvalidInput) as refused:
        correct_repayment(event_id=wrong.id, actor=by, reason="?", channel="bank", reference="")
    assert refused.value.field == "reference"
    right = correct_repayment(event_id=wrong.id, actor=by, reason="Misread", reference="QK1")
    assert LoanEvent.objects.get(pk=right.id).reference == "QK1"


def test_the_receipt_that_settled_a_loan_is_corrected(alpha: Branch, active: Maker) -> None:
    loan = active()
    paid = pay_off(loan_id=loan.pk, actor=alpha.staff["cashier"].actor, channel="cash", value_date=TODAY)
    by = alpha.staff["accountant"].actor
    right = correct_repayment(event_id=paid.id, actor=by, reason="By bank", channel="bank", reference="B1")
    assert (right.status, LoanEvent.objects.get(pk=right.id).type) == ("closed", "pay_off")


def test_the_page_that_corrects_a_receipt_shows_all_of_it(alpha: Branch, active: Maker) -> None:
    loan = active()
    wrong = pay(alpha, loan, "50.00")
    client = alpha.client("accountant")
    address = f"/admin/loans/loan/{loan.pk}/correct/{wrong.id}/"
    page = client.get(address)
    form = page.context["form"]
    assert {"value_date", "amount", "channel", "reference", "loan_number"} <= set(form.fields)
    sent = {name: field.value() or "" for name, field in ((n, form[n]) for n in form.fields)}
    sent |= {"channel": "bank", "reference": "B77", "reason": "It came by bank"}
    assert client.post(address, sent).status_code == 302
    assert LoanEvent.objects.filter(type="repayment", channel="bank", reference="B77").exists()


def test_a_receipt_that_began_as_an_overpayment_is_corrected(alpha: Branch, active: Maker) -> None:
    loan = active()
    pay_off(loan_id=loan.pk, actor=alpha.staff["cashier"].actor, channel="cash", value_date=TODAY)
    refused = LoanState.objects.get(pk=loan.pk)
    assert refused.status == "closed"
    other = active(value_date=TODAY)
    over = pay(alpha, other, "2000.00", accept_overpayment=True)
    right = correct_repayment(
        event_id=over.id,
        actor=alpha.staff["accountant"].actor,
        reason="Counted again",
        amount=D("1900.00"),
        accept_overpayment=True,
    )
    assert right.status == "overpaid"
