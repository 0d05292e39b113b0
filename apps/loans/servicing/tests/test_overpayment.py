"""Amounts of no sense are asked about, and above the MFI's limit refused: at every door."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from apps.loans.book.models import Loan, LoanEvent, LoanState
from apps.loans.servicing.models import PaymentNotice
from apps.loans.servicing.services.charges import add_charge
from apps.loans.servicing.services.correction import correct_repayment
from apps.loans.servicing.services.credits import credit_goodwill, refund
from apps.loans.servicing.services.overpayment import Overpayment
from apps.loans.servicing.services.repayment import payoff_amount, record_repayment
from apps.loans.servicing.services.reported_payments import confirm_payment, report_payment, report_payment_stepwise
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import InvalidInput
from tests.factories import TODAY, Branch, settle_alone

D = Decimal
Maker = Callable[..., Loan]

pytestmark = pytest.mark.django_db


def pay(branch: Branch, loan: Loan, amount: str, **more: Any) -> Any:
    values: dict[str, Any] = {"channel": "cash", "value_date": TODAY + timedelta(days=20), **more}
    return record_repayment(loan_id=loan.pk, actor=branch.staff["cashier"].actor, amount=D(amount), **values)


def test_ten_milliard_on_a_small_loan_is_refused(alpha: Branch, active: Maker) -> None:
    loan = active()
    for accepted in (False, True):
        with pytest.raises(InvalidInput) as refused:
            pay(alpha, loan, "9999999999.00", accept_overpayment=accepted)
        assert refused.value.field == "amount"


def test_an_overpayment_is_asked_about_and_named(alpha: Branch, active: Maker) -> None:
    loan = active()
    owed = payoff_amount(loan, TODAY + timedelta(days=20))
    with pytest.raises(Overpayment) as refused:
        pay(alpha, loan, str(owed + D("12.34")))
    assert refused.value.code == "overpayment"
    assert f"{owed:,.2f} is owed" in refused.value.message
    assert "12.34 would be left over" in refused.value.message
    assert refused.value.question == "accept_overpayment"
    assert not LoanEvent.objects.filter(loan=loan, type="repayment").exists()
    assert pay(alpha, loan, str(owed + D("12.34")), accept_overpayment=True).overpaid == D("12.34")


def test_what_is_owed_exactly_is_not_asked_about(alpha: Branch, active: Maker) -> None:
    loan = active()
    assert pay(alpha, loan, str(payoff_amount(loan, TODAY + timedelta(days=20)))).status == "closed"


def test_above_the_mfis_limit_it_is_refused_though_accepted(alpha: Branch, active: Maker) -> None:
    settle_alone(overpayment_limit=D(100))
    loan = active()
    owed = payoff_amount(loan, TODAY + timedelta(days=20))
    with pytest.raises(Overpayment, match=r"100\.00") as refused:
        pay(alpha, loan, str(owed + D("100.01")), accept_overpayment=True)
    assert refused.value.question == ""
    assert pay(alpha, loan, str(owed + 100), accept_overpayment=True).overpaid == 100


def test_a_back_dated_receipt_that_later_ones_leave_over(alpha: Branch, active: Maker) -> None:
    loan = active()
    pay(alpha, loan, "900.00", value_date=TODAY + timedelta(days=60))
    with pytest.raises(Overpayment):
        pay(alpha, loan, "900.00", value_date=TODAY + timedelta(days=10))


def test_correcting_a_receipt_to_too_much(alpha: Branch, active: Maker) -> None:
    loan = active()
    receipt = pay(alpha, loan, "50.00")
    correction: dict[str, Any] = {"event_id": receipt.id, "actor": alpha.staff["manager"].actor, "reason": "Typo"}
    with pytest.raises(Overpayment):
        correct_repayment(**correction, amount=D(5000))
    assert correct_repayment(**correction, amount=D(5000), accept_overpayment=True).overpaid > 0


@pytest.mark.parametrize("report", [report_payment, report_payment_stepwise])
def test_a_million_reported_by_a_borrower_is_not_thanked_for(
    alpha: Branch, active: Maker, report: Callable[..., Any]
) -> None:
    loan = active()
    settle_alone(overpayment_limit=D(5000))
    payment: dict[str, Any] = {"loan_id": loan.pk, "actor": alpha.borrower.actor, "channel": "mpesa"}
    with pytest.raises(Overpayment) as refused:
        report(**payment, amount=D(1_000_000), reference="Q1", accept_overpayment=True)
    assert refused.value.question == ""
    with pytest.raises(Overpayment):
        report(**payment, amount=D(2000), reference="Q2")
    assert not PaymentNotice.objects.exists()
    assert report(**payment, amount=D(2000), reference="Q3", accept_overpayment=True).status == "waiting"
    assert report(**payment, amount=D(900), reference="Q4", idempotency_key=str(uuid4())).status == "waiting"


def test_confirming_a_payment_asks_again(alpha: Branch, active: Maker) -> None:
    loan = active()
    notice = PaymentNotice.objects.create(
        loan=loan, amount=D(2000), channel="mpesa", reference="Q1", paid_on=business_date()
    )
    with pytest.raises(Overpayment):
        confirm_payment(notice_id=notice.pk, actor=alpha.staff["cashier"].actor)
    notice.refresh_from_db()
    assert notice.status == "waiting"
    confirm_payment(notice_id=notice.pk, actor=alpha.staff["cashier"].actor, accept_overpayment=True)
    assert LoanState.objects.get(pk=loan.pk).status == "overpaid"


def test_no_more_is_given_than_is_owed(alpha: Branch, active: Maker) -> None:
    """Goodwill, charges and refunds: each has what the loan itself allows as its bound."""
    loan = active()
    manager = alpha.staff["manager"].actor
    with pytest.raises(InvalidInput, match="no more is credited"):
        credit_goodwill(loan_id=loan.pk, actor=manager, amount=D(9000), reason="So it is", value_date=TODAY)
    with pytest.raises(InvalidInput, match="no more than the loan"):
        add_charge(loan_id=loan.pk, actor=manager, name="Letter", kind="fee", amount=D("1000.01"))
    pay(alpha, loan, "2000.00", accept_overpayment=True)
    with pytest.raises(InvalidInput, match="no more is refunded"):
        refund(loan_id=loan.pk, actor=manager, amount=D(1500), channel="cash")


def test_the_desk_shows_the_question_only_once_it_is_asked(alpha: Branch, active: Maker) -> None:
    loan = active()
    client, path = alpha.client("cashier"), f"/admin/loans/loan/{loan.pk}/do/record_repayment/"
    shown = client.get(path).content.decode()
    assert "Keep what is left over" not in shown
    sent = {"amount": "1,900.00", "channel": "cash", "value_date": business_date(), "idempotency_key": "a"}
    refused = client.post(path, sent)
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "would be left over" in page
    assert 'type="checkbox" name="accept_overpayment"' in page
    assert client.post(path, {**sent, "accept_overpayment": "on"}).status_code == 302
    assert LoanState.objects.get(pk=loan.pk).status == "overpaid"
