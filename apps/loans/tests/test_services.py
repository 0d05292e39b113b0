"""The life of a loan through the services: who may, when, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.credit.models import OutboxEntry
from apps.loans.models import Installment, Loan, LoanEvent, LoanState
from apps.loans.models.projection import Status
from apps.loans.services import money, notices, origination
from apps.loans.services.projection_check import differences
from apps.mfis.errors import InvalidInput, KeyReused, NotAllowed, NotFound, WrongState
from apps.users.services.accounts import update_staff
from conftest import TODAY, Branch

Maker = Callable[..., Loan]


def status(loan: Loan) -> str:
    return LoanState.objects.get(pk=loan.pk).status


def pay(alpha: Branch, loan: Loan, amount: str, **more: Any) -> dict[str, Any]:
    values = {"channel": "cash", "on": TODAY + timedelta(days=20), **more}
    return money.record_repayment(loan_id=loan.pk, by=alpha.staff["cashier"], amount=Decimal(amount), **values)


def test_a_lending_day(alpha: Branch, active: Maker) -> None:
    loan = active()
    assert status(loan) == Status.ACTIVE
    assert LoanEvent.objects.get(loan=loan, type="disbursement").payload == {"net": "970.00", "fee": "30.00"}
    first = pay(alpha, loan, "500.00")
    assert first["status"] == "active"
    money.reverse_repayment(event_id=first["id"], by=alpha.staff["accountant"], reason="Wrong loan")
    assert LoanState.objects.get(pk=loan.pk).total_paid == 0
    rest = LoanState.objects.get(pk=loan.pk).total_outstanding
    assert pay(alpha, loan, str(rest))["status"] == "closed"
    assert list(differences(Loan.objects.select_related("state").get(pk=loan.pk))) == []
    kinds = list(OutboxEntry.objects.filter(account=loan.pk).order_by("id").values_list("event_type", flat=True))
    assert kinds == ["disbursement", "repayment", "undo", "repayment", "closed"]


def test_the_preview_equals_the_booking(alpha: Branch, active: Maker) -> None:
    _, promised = origination.quote_product(
        product=alpha.product, principal=Decimal("1000.00"), installments=12, on=TODAY, currency="LSL"
    )
    loan = active()
    booked = Installment.objects.filter(loan=loan).order_by("n")
    assert [(i.due_date, i.due["principal"], i.due["interest"]) for i in promised.installments] == [
        (i.due_date, i.principal, i.interest) for i in booked
    ]


@pytest.mark.parametrize("who", ["officer", "cashier", "accountant", "auditor"])
def test_only_an_approver_approves(alpha: Branch, apply: Maker, who: str) -> None:
    loan = apply()
    origination.start_review(loan_id=loan.pk, by=alpha.staff["officer"], on=TODAY)
    origination.recommend(loan_id=loan.pk, by=alpha.staff["officer"], reason="Seen", on=TODAY)
    with pytest.raises(NotAllowed):
        origination.approve(loan_id=loan.pk, by=alpha.staff[who], on=TODAY)
    assert status(loan) == Status.REVIEWED


def test_the_reviewer_never_approves_also_after_a_promotion(alpha: Branch, apply: Maker) -> None:
    loan, officer = apply(), alpha.staff["officer"]
    origination.start_review(loan_id=loan.pk, by=officer, on=TODAY)
    origination.recommend(loan_id=loan.pk, by=officer, reason="Seen", on=TODAY)
    promoted = update_staff(
        account=officer, full_name=officer.full_name, duties=["approver"], by=alpha.staff["manager"]
    )
    with pytest.raises(NotAllowed, match="second person"):
        origination.approve(loan_id=loan.pk, by=promoted, on=TODAY)


def test_a_manager_who_entered_the_application_does_not_approve_it(alpha: Branch, apply: Maker) -> None:
    loan = apply(by=alpha.staff["manager"])
    origination.start_review(loan_id=loan.pk, by=alpha.staff["officer"], on=TODAY)
    origination.recommend(loan_id=loan.pk, by=alpha.staff["officer"], reason="Seen", on=TODAY)
    with pytest.raises(NotAllowed):
        origination.approve(loan_id=loan.pk, by=alpha.staff["manager"], on=TODAY)


@pytest.mark.parametrize("name", ["recommend", "approve"])
def test_nothing_is_skipped(alpha: Branch, apply: Maker, name: str) -> None:
    loan = apply()
    by = alpha.staff["officer" if name == "recommend" else "approver"]
    with pytest.raises(WrongState):
        getattr(origination, name)(loan_id=loan.pk, by=by, reason="Seen", on=TODAY)


def test_money_is_paid_out_once(alpha: Branch, active: Maker) -> None:
    loan = active()
    with pytest.raises(WrongState):
        money.disburse(loan_id=loan.pk, by=alpha.staff["cashier"], channel="cash", on=TODAY)
    assert LoanEvent.objects.filter(loan=loan, type="disbursement").count() == 1


def test_a_repeated_request_changes_nothing(alpha: Branch, active: Maker) -> None:
    loan = active()
    one = pay(alpha, loan, "100.00", key="k-1")
    two = pay(alpha, loan, "100.00", key="k-1")
    assert one == two
    assert LoanEvent.objects.filter(loan=loan, type="repayment").count() == 1
    with pytest.raises(KeyReused):
        pay(alpha, loan, "101.00", key="k-1")


def test_keys_belong_to_their_actor(alpha: Branch, active: Maker) -> None:
    loan = active()
    pay(alpha, loan, "100.00", key="k-1")
    money.record_repayment(
        loan_id=loan.pk, by=alpha.staff["manager"], amount=Decimal(100), channel="cash", on=TODAY, key="k-1"
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
        ({"on": TODAY - timedelta(days=1)}, "value_date"),
        ({"on": date(2999, 1, 1)}, "value_date"),
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
    money.reverse_repayment(event_id=first["id"], by=alpha.staff["accountant"], reason="Wrong loan")
    pay(alpha, loan, "50.00", channel="mpesa", reference="MP1")


def test_a_back_dated_receipt_gives_the_state_of_entry_in_order(alpha: Branch, active: Maker) -> None:
    loan = active()
    pay(alpha, loan, "94.56", on=TODAY + timedelta(days=60))
    pay(alpha, loan, "94.56", on=TODAY + timedelta(days=10))
    rows = list(Installment.objects.filter(loan=loan).order_by("n"))
    assert [r.outstanding for r in rows[:2]] == [0, 0]
    assert list(differences(Loan.objects.select_related("state").get(pk=loan.pk))) == []


def test_a_receipt_is_reversed_once(alpha: Branch, active: Maker) -> None:
    loan = active()
    event = pay(alpha, loan, "50.00")
    by = alpha.staff["accountant"]
    money.reverse_repayment(event_id=event["id"], by=by, reason="Wrong loan")
    with pytest.raises(WrongState):
        money.reverse_repayment(event_id=event["id"], by=by, reason="Again")


def test_too_much_is_kept_as_overpaid(alpha: Branch, active: Maker) -> None:
    loan = active()
    answer = pay(alpha, loan, "2000.00")
    assert answer["status"] == "overpaid"
    assert Decimal(answer["overpaid"]) + LoanState.objects.get(pk=loan.pk).total_paid == 2000


def test_a_borrower_has_one_application_at_a_time(apply: Maker) -> None:
    apply()
    with pytest.raises(WrongState):
        apply()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"principal": Decimal(99)}, "principal"),
        ({"principal": Decimal("50000.01")}, "principal"),
        ({"installments": 37}, "installments"),
    ],
)
def test_limits_of_the_product(apply: Maker, values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        apply(**values)
    assert field in refused.value.errors


def test_another_borrower_cannot_withdraw(alpha: Branch, apply: Maker) -> None:
    loan = apply()
    with pytest.raises(NotFound):
        origination.withdraw(loan_id=loan.pk, by=alpha.staff["manager"], on=TODAY)


def test_a_reported_payment_counts_once_it_is_confirmed(alpha: Branch, active: Maker) -> None:
    loan = active()
    made = notices.report_payment(
        loan_id=loan.pk, by=alpha.borrower, amount=Decimal(80), channel="ecocash", reference="EC9", paid_on=TODAY
    )
    assert LoanState.objects.get(pk=loan.pk).total_paid == 0
    with pytest.raises(NotAllowed):
        notices.confirm_payment(notice_id=made["id"], by=alpha.staff["officer"])
    notices.confirm_payment(notice_id=made["id"], by=alpha.staff["cashier"])
    assert LoanState.objects.get(pk=loan.pk).total_paid == 80
    with pytest.raises(WrongState):
        notices.decline_payment(notice_id=made["id"], by=alpha.staff["cashier"], reason="No money came")


def test_numbers_are_gapless_with_a_check_digit(apply: Maker, alpha: Branch) -> None:
    from apps.loans.services.numbers import check_digit

    assert check_digit("7992739871") == 3  # ISO/IEC 7812-1's usual example
    one = apply()
    origination.withdraw(loan_id=one.pk, by=alpha.borrower, on=TODAY)
    two = apply()
    first, second = (int(x.number[2:8]) for x in (one, two))
    assert second == first + 1
