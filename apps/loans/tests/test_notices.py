"""Payments that borrowers report: kept whole, once, and put down to them; or refused, and nothing kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.loans.models import Loan, PaymentNotice
from apps.loans.services import notices, origination
from apps.mfis.clock import business_date
from apps.mfis.errors import InvalidInput, KeyReused, NotFound, ServiceError, WrongState
from apps.users.models import Account, Command, Revision
from apps.users.services.accounts import Person, register_borrower
from apps.users.services.idempotency import Answer
from conftest import TODAY, Branch

Maker = Callable[..., Loan]
Sent = dict[str, Any]


def report(loan: Loan, by: Account, **changed: Any) -> Answer:
    sent: Sent = {"amount": Decimal(80), "channel": "ecocash", "reference": "EC9", "paid_on": TODAY, "key": "k"}
    return notices.report_payment(loan_id=loan.pk, by=by, **{**sent, **changed})


def test_a_reported_payment_is_put_down_to_who_sent_it(alpha: Branch, active: Maker) -> None:
    made = report(active(), alpha.borrower)
    [kept] = Revision.objects.filter(row_id=made["id"])
    assert (kept.actor_id, kept.actor_name) == (alpha.borrower.pk, alpha.borrower.full_name)
    command = Command.objects.get(name="report_payment")
    assert (command.actor_id, command.answer) == (alpha.borrower.pk, made)


@pytest.mark.parametrize(
    ("changed", "refusal", "field"),
    [
        ({"amount": Decimal(0)}, InvalidInput, "amount"),
        ({"amount": Decimal("1.001")}, InvalidInput, "amount"),
        ({"channel": "cash"}, InvalidInput, "channel"),
        ({"channel": "pigeon"}, InvalidInput, "channel"),
        ({"reference": " "}, InvalidInput, "reference"),
        ({"paid_on": business_date() + timedelta(days=1)}, InvalidInput, "paid_on"),
        ({"paid_on": TODAY - timedelta(days=1)}, InvalidInput, "paid_on"),  # the loan was paid out today
        ({"key": "k" * 81}, InvalidInput, "Idempotency-Key"),
    ],
)
@pytest.mark.parametrize("key", ["k", ""])
def test_a_payment_that_is_refused_leaves_nothing(
    alpha: Branch, active: Maker, changed: Sent, refusal: type[ServiceError], field: str, key: str
) -> None:
    loan = active()
    with pytest.raises(refusal) as refused:
        report(loan, alpha.borrower, **{"key": key, **changed})
    assert refused.value.field == field
    assert not PaymentNotice.objects.exists()
    assert not Command.objects.filter(name="report_payment").exists()
    assert report(loan, alpha.borrower)["status"] == "waiting"  # the key is still good


def test_nothing_is_paid_on_a_loan_that_is_not_paid_out_or_is_not_theirs(
    alpha: Branch, apply: Maker, active: Maker
) -> None:
    with pytest.raises(NotFound):
        report(active(), register_borrower(person=Person("Other", phone="58127777"), today=TODAY))
    other = register_borrower(person=Person("Third", phone="58127778"), today=TODAY)
    applied = origination.apply_for_loan(
        borrower=other,
        by=other,
        product_id=alpha.product.pk,
        principal=Decimal(1000),
        installments=12,
        purpose="",
        currency="LSL",
        on=TODAY,
    )
    with pytest.raises(WrongState, match="submitted"):
        report(Loan.objects.get(pk=applied["id"]), other)
    assert not PaymentNotice.objects.exists()


def test_a_key_that_came_with_another_payment(alpha: Branch, active: Maker) -> None:
    loan = active()
    first = report(loan, alpha.borrower)
    assert report(loan, alpha.borrower) == first
    with pytest.raises(KeyReused):
        report(loan, alpha.borrower, amount=Decimal(81))
    without = [report(loan, alpha.borrower, key="") for _ in range(2)]
    assert PaymentNotice.objects.count() == 3
    assert first["id"] not in {made["id"] for made in without}
