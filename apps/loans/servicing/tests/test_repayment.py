"""Taking repayments: who may, when, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django_tenants.utils import tenant_context

from apps.credit.models import OutboxEntry
from apps.loans.book.models import Installment, Loan, LoanEvent, LoanState, Status
from apps.loans.book.projection_check import differences
from apps.loans.ledger.verification import check_books
from apps.loans.products.models import Product
from apps.loans.servicing.services.correction import reverse_repayment
from apps.loans.servicing.services.repayment import Receipt, pay_off, payoff_amount, record_repayment
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.errors import InvalidInput, KeyReused
from tests.factories import TODAY, Branch

Maker = Callable[..., Loan]


D = Decimal


pytestmark = pytest.mark.django_db


def status(loan: Loan) -> str:
    return LoanState.objects.get(pk=loan.pk).status


def pay(alpha: Branch, loan: Loan, amount: str, **more: Any) -> Receipt:
    values = {"channel": "cash", "value_date": TODAY + timedelta(days=20), **more}
    return record_repayment(loan_id=loan.pk, actor=alpha.staff["cashier"].actor, amount=Decimal(amount), **values)


def test_a_lending_day(alpha: Branch, active: Maker) -> None:
    loan = active()
    assert status(loan) == Status.ACTIVE
    paid_out = LoanEvent.objects.get(loan=loan, type="disbursement").payload
    assert (paid_out["net"], paid_out["fee"]) == ("970.00", "30.00")
    first = pay(alpha, loan, "500.00")
    assert first.status == "active"
    reverse_repayment(event_id=first.id, actor=alpha.staff["accountant"].actor, reason="Wrong loan")
    assert LoanState.objects.get(pk=loan.pk).total_paid == 0
    rest = LoanState.objects.get(pk=loan.pk).total_outstanding
    assert pay(alpha, loan, str(rest)).status == "closed"
    assert list(differences(Loan.objects.select_related("state").get(pk=loan.pk))) == []
    kinds = list(OutboxEntry.objects.filter(account=loan.pk).order_by("id").values_list("event_type", flat=True))
    assert kinds == ["disbursement", "repayment", "undo", "repayment", "closed"]


def test_a_repeated_request_changes_nothing(alpha: Branch, active: Maker) -> None:
    loan = active()
    one = pay(alpha, loan, "100.00", idempotency_key="k-1")
    two = pay(alpha, loan, "100.00", idempotency_key="k-1")
    assert one == two
    assert LoanEvent.objects.filter(loan=loan, type="repayment").count() == 1
    with pytest.raises(KeyReused):
        pay(alpha, loan, "101.00", idempotency_key="k-1")


def test_keys_belong_to_their_actor(alpha: Branch, active: Maker) -> None:
    loan = active()
    pay(alpha, loan, "100.00", idempotency_key="k-1")
    record_repayment(
        loan_id=loan.pk,
        actor=alpha.staff["manager"].actor,
        amount=Decimal(100),
        channel="cash",
        value_date=TODAY,
        idempotency_key="k-1",
    )
    assert LoanEvent.objects.filter(loan=loan, type="repayment").count() == 2


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": "1.005"}, "amount"),
        ({"channel": "barter"}, "channel"),
        ({"channel": "mpesa"}, "reference"),
        ({"value_date": TODAY - timedelta(days=1)}, "value_date"),
        ({"value_date": date(2999, 1, 1)}, "value_date"),
    ],
)
def test_a_refused_receipt_says_why_and_changes_nothing(
    alpha: Branch, active: Maker, values: dict[str, Any], field: str
) -> None:
    loan = active()
    before = LoanState.objects.filter(pk=loan.pk).values().get()
    with pytest.raises(InvalidInput) as refused:
        pay(alpha, loan, values.pop("amount", "50.00"), **values)
    assert refused.value.field == field
    assert LoanState.objects.filter(pk=loan.pk).values().get() == before
    assert not LoanEvent.objects.filter(loan=loan, type="repayment").exists()


def test_the_same_wallet_reference_is_the_same_money(alpha: Branch, active: Maker) -> None:
    loan = active()
    first = pay(alpha, loan, "50.00", channel="mpesa", reference="MP1")
    with pytest.raises(InvalidInput, match="already booked"):
        pay(alpha, loan, "50.00", channel="mpesa", reference="MP1")
    reverse_repayment(event_id=first.id, actor=alpha.staff["accountant"].actor, reason="Wrong loan")
    pay(alpha, loan, "50.00", channel="mpesa", reference="MP1")


def test_a_back_dated_receipt_gives_the_state_of_entry_in_order(alpha: Branch, active: Maker) -> None:
    loan = active()
    pay(alpha, loan, "94.56", value_date=TODAY + timedelta(days=60))
    pay(alpha, loan, "94.56", value_date=TODAY + timedelta(days=10))
    rows = list(Installment.objects.filter(loan=loan).order_by("n"))
    assert [r.outstanding for r in rows[:2]] == [0, 0]
    assert list(differences(Loan.objects.select_related("state").get(pk=loan.pk))) == []


def test_too_much_is_kept_as_overpaid(alpha: Branch, active: Maker) -> None:
    loan = active()
    receipt = pay(alpha, loan, "2000.00", accept_overpayment=True)
    assert receipt.status == "overpaid"
    assert receipt.overpaid + LoanState.objects.get(pk=loan.pk).total_paid == 2000


def test_recalculated_interest_is_counted_to_the_day(alpha: Branch, active: Callable[..., Loan]) -> None:
    with tenant_context(alpha.mfi):
        Product.objects.filter(pk=alpha.product.pk).update(interest_period="daily", recalculate_interest=True)
        loan = active(value_date=TODAY)
        on = TODAY + timedelta(days=10)
        owed = payoff_amount(loan, on)
        assert owed == loan.principal + (loan.principal * 24 * 10 / 36500).quantize(D("0.01"))
        pay_off(loan_id=loan.pk, actor=alpha.staff["cashier"].actor, channel="cash", value_date=on, amount=owed)
        state = LoanState.objects.get(pk=loan.pk)
        assert (state.status, state.total_outstanding) == ("closed", 0)
        assert check_books(actor=SYSTEM).breaks == []
