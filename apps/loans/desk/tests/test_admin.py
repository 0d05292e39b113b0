"""The back-office: queries that do not grow, actions that ask the roles table, forms that count once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from apps.loans.applications.services.apply import LoanRequest, apply_for_loan
from apps.loans.applications.services.review import approve, recommend, start_review
from apps.loans.book.models import Loan, LoanEvent, LoanState
from apps.loans.domain.money import format_money
from apps.loans.products.tests.product_form import PRODUCT_FORM
from apps.loans.servicing.services.pay_out import disburse
from apps.loans.servicing.services.repayment import record_repayment
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from tests.factories import TODAY, Branch, queries

Maker = Callable[..., Loan]

LISTS = [
    "loans/loan/",
    "loans/loan/?late=any",
    "loans/product/",
    "loans/paymentnotice/",
    "users/borrowerprofile/",
    "users/account/",
]


def more_loans(alpha: Branch, count: int) -> None:
    for n in range(count):
        who = register_borrower(person=Person(f"Borrower {n}", phone=f"6300{n:04d}"), actor=SYSTEM, today=TODAY)
        application = apply_for_loan(
            borrower=who,
            request=LoanRequest(product_id=alpha.product.pk, principal=Decimal(500), installments=3),
            actor=who.actor,
            currency="LSL",
            value_date=TODAY,
        )
        start_review(loan_id=application.id, actor=alpha.staff["officer"].actor, value_date=TODAY)
        recommend(loan_id=application.id, actor=alpha.staff["officer"].actor, reason="Seen", value_date=TODAY)
        approve(loan_id=application.id, actor=alpha.staff["approver"].actor, value_date=TODAY)
        disburse(loan_id=application.id, actor=alpha.staff["cashier"].actor, channel="cash", value_date=TODAY)


@pytest.mark.parametrize("path", LISTS)
def test_a_lists_queries_do_not_grow_with_its_rows(alpha: Branch, active: Maker, path: str) -> None:
    active()
    client = alpha.client("manager")
    client.get(f"/admin/{path}")  # what a process learns once
    few = queries(client, f"/admin/{path}")
    more_loans(alpha, 12)
    assert queries(client, f"/admin/{path}") == few
    assert few <= 15  # one for each filter that offers what people keep


def test_the_loan_page_takes_the_same_queries_for_any_history(alpha: Branch, active: Maker) -> None:
    loan = active()
    client, path = alpha.client("manager"), f"/admin/loans/loan/{loan.pk}/change/"
    client.get(path)
    few = queries(client, path)
    for _ in range(15):
        record_repayment(
            loan_id=loan.pk, actor=alpha.staff["cashier"].actor, amount=Decimal(5), channel="cash", value_date=TODAY
        )
    assert queries(client, path) == few


@pytest.mark.parametrize(
    ("who", "shown"),
    [
        ("officer", []),
        ("approver", ["approve", "reject"]),
        ("cashier", []),
        ("auditor", []),
        ("manager", ["approve", "reject"]),
    ],
)
def test_only_what_is_allowed_is_shown(alpha: Branch, apply: Maker, who: str, shown: list[str]) -> None:
    loan = apply()
    start_review(loan_id=loan.pk, actor=alpha.staff["officer"].actor, value_date=TODAY)
    recommend(loan_id=loan.pk, actor=alpha.staff["officer"].actor, reason="Seen", value_date=TODAY)
    page = alpha.client(who).get(f"/admin/loans/loan/{loan.pk}/change/").content.decode()
    offered = [
        name for name in ("start_review", "recommend", "approve", "reject", "disburse") if f"/do/{name}/" in page
    ]
    assert offered == shown


@pytest.mark.parametrize(
    ("who", "name", "allowed"),
    [
        ("officer", "approve", False),
        ("cashier", "approve", False),
        ("approver", "disburse", False),
        ("officer", "record_repayment", False),
        ("auditor", "reject", False),
        ("approver", "approve", True),
    ],
)
def test_a_typed_address_is_refused_as_well(alpha: Branch, apply: Maker, who: str, name: str, allowed: bool) -> None:
    loan = apply()
    start_review(loan_id=loan.pk, actor=alpha.staff["officer"].actor, value_date=TODAY)
    recommend(loan_id=loan.pk, actor=alpha.staff["officer"].actor, reason="Seen", value_date=TODAY)
    client, path = alpha.client(who), f"/admin/loans/loan/{loan.pk}/do/{name}/"
    assert client.get(path).status_code == (200 if allowed else 403)
    assert client.post(path, {"reason": "x"}).status_code == (302 if allowed else 403)
    assert (LoanState.objects.get(pk=loan.pk).status == "approved") is allowed


def test_a_get_does_nothing(alpha: Branch, approved: Maker) -> None:
    loan = approved()
    assert alpha.client("cashier").get(f"/admin/loans/loan/{loan.pk}/do/disburse/").status_code == 200
    assert LoanState.objects.get(pk=loan.pk).status == "approved"


def test_a_form_sent_twice_counts_once(alpha: Branch, active: Maker) -> None:
    loan, client = active(), alpha.client("cashier")
    form = {
        "amount": "50.00",
        "channel": "cash",
        "reference": "",
        "value_date": TODAY.isoformat(),
        "idempotency_key": "one-form",
    }
    path = f"/admin/loans/loan/{loan.pk}/do/record_repayment/"
    assert [client.post(path, form).status_code for _ in range(2)] == [302, 302]
    assert LoanEvent.objects.filter(loan=loan, type="repayment").count() == 1
    assert client.post(path, {**form, "amount": "60.00"}).status_code == 422


def test_a_refusal_stands_beside_its_field(alpha: Branch, active: Maker) -> None:
    loan = active()
    form = {"amount": "50.00", "channel": "mpesa", "reference": "", "value_date": "2999-01-01", "idempotency_key": "k"}
    answer = alpha.client("cashier").post(f"/admin/loans/loan/{loan.pk}/do/record_repayment/", form)
    assert answer.status_code == 422
    assert b"Give the reference of the payment" in answer.content


def test_a_money_lenders_licence_is_guarded(alpha: Branch) -> None:
    from apps.mfis.tenancy.models import MFI

    MFI.objects.filter(pk=alpha.mfi.pk).update(licence_type="money_lender")
    client = alpha.client("manager")
    form = {
        **PRODUCT_FORM,
        "name": "Dear loan",
        "is_active": "on",
        "principal_min": "100",
        "principal_default": "200",
        "principal_max": "300",
        "installments_min": "1",
        "installments_default": "2",
        "installments_max": "3",
        "repay_every": "1",
        "frequency": "months",
        "rate": "30",
        "rate_per": "year",
        "interest_method": "flat",
        "interest_period": "same_as_repayment",
        "amortization": "equal_installments",
        "disbursement_fee_percent": "1",
        "allocation": "penalty_fee_interest_principal",
    }
    page = client.post("/admin/loans/product/add/", form).content.decode()
    assert page.count("Money Lenders Order (25 of 1989)") == 2
    fair = client.post("/admin/loans/product/add/", {**form, "rate": "25", "disbursement_fee_percent": "0"})
    assert fair.status_code == 302


def test_a_changed_product_is_a_new_version_and_loans_keep_theirs(alpha: Branch, active: Maker) -> None:
    from apps.loans.products.models import Product
    from apps.loans.products.services import save_product

    loan = active()
    product = Product.objects.get(pk=alpha.product.pk)
    product.rate = Decimal(36)
    save_product(product=product, actor=alpha.staff["manager"].actor, mfi=alpha.mfi)
    loan.refresh_from_db()
    assert Product.objects.get(pk=product.pk).version == 2
    assert (loan.product_version, loan.terms_agreed["rate"]) == (1, "24")


def test_the_history_page_names_who_changed_what(alpha: Branch) -> None:
    client = alpha.client("officer")
    form = {"full_name": "Mamello Letsie", "phone": "58120001", "national_id": "100000000001", "village": "Peka"}
    assert client.post(f"/admin/users/borrowerprofile/{alpha.borrower.pk}/edit/", form).status_code == 302
    page = client.get(f"/admin/users/borrowerprofile/{alpha.borrower.pk}/history/").content.decode()
    assert alpha.staff["officer"].full_name in page
    assert "Mamello Letsie" in page


def test_export_gives_the_listed_rows(alpha: Branch, active: Maker) -> None:
    loan = active()
    answer = alpha.client("auditor").post("/admin/loans/loan/export/", {"format": "1", "resource": "0"})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert loan.number in text
    assert "Principal outstanding" in text


def test_every_page_has_a_strict_policy(alpha: Branch) -> None:
    policy = alpha.client("manager").get("/admin/")["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "default-src 'self'" in policy


def test_a_pay_off_says_of_what_it_is_made_and_what_is_given_back(alpha: Branch, active: Maker) -> None:
    loan = active(value_date=business_date())  # 1,000 over twelve months at 24 %
    page = alpha.client("cashier").get(f"/admin/loans/loan/{loan.pk}/do/pay_off/").content.decode()
    state = LoanState.objects.get(pk=loan.pk)
    for amount in (state.total_outstanding, state.principal_outstanding, state.interest_outstanding):
        assert format_money(amount) in page
    assert "nothing; the interest still to come is asked for" in page


def test_a_pay_out_says_what_was_handed_over(alpha: Branch, approved: Maker) -> None:
    loan = approved(value_date=business_date())
    day = business_date().isoformat()
    form = {"channel": "cash", "reference": "", "value_date": day, "idempotency_key": "a-pay-out"}
    page = alpha.client("cashier").post(f"/admin/loans/loan/{loan.pk}/do/disburse/", form, follow=True)
    assert f"{format_money(Decimal(970))} handed over" in page.content.decode()
