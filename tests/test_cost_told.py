"""What a loan costs is told alike everywhere: quote, key facts, list, loan, back-office, papers, SMS, and the books.

Products are random: interest methods, fees of all kinds, grace, tranches, savings, down payments, multiples.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.loans.applications.services.apply import LoanRequest, apply_for_loan
from apps.loans.applications.services.review import approve, recommend, start_review
from apps.loans.book.models import Installment, Loan, LoanEvent
from apps.loans.book.projection import fold_loan
from apps.loans.domain.cost import kept_back
from apps.loans.domain.money import format_money
from apps.loans.ledger.tests.books import held
from apps.loans.ledger.verification import check_books
from apps.loans.products.models import Product
from apps.loans.products.services import create_product
from apps.loans.servicing.services.pay_out import disburse
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import ServiceError
from apps.mfis.tenancy.models import MFI
from apps.users.messaging.models import Message
from apps.users.messaging.texts import text_of
from tests.factories import Branch

D = Decimal
TOLD = ("principal", "net", "fee", "savings", "down_payment", "interest", "other_fees", "total", "cost", "apr", "eir")


@st.composite
def charges(draw: st.DrawFn) -> dict[str, str]:
    return {
        "name": "fee",
        "kind": draw(st.sampled_from(["fee", "penalty"])),
        "timing": draw(st.sampled_from(["disbursement", "each_installment"])),
        "calculation": draw(st.sampled_from(["flat", "percent"])),
        "amount": str(draw(st.integers(1, 4))),
        "of": draw(st.sampled_from(["principal", "interest", "principal_and_interest"])),
    }


@st.composite
def products(draw: st.DrawFn) -> dict[str, Any]:
    count = draw(st.integers(2, 12))
    return {
        "rate": D(draw(st.integers(0, 600))) / 10,
        "rate_per": draw(st.sampled_from(["year", "month"])),
        "interest_method": draw(st.sampled_from(["declining_balance", "flat"])),
        "interest_period": draw(st.sampled_from(["same_as_repayment", "daily"])),
        "amortization": draw(st.sampled_from(["equal_installments", "equal_principal"])),
        "frequency": draw(st.sampled_from(["weeks", "months"])),
        "grace_principal": draw(st.integers(0, count - 1)),
        "grace_interest_payment": draw(st.integers(0, 2)),
        "installment_multiple": draw(st.sampled_from([None, D(1), D(5)])),
        "down_payment_percent": draw(st.sampled_from([None, D(10), D("7.5")])),
        "savings_percent": draw(st.sampled_from([D(0), D("2.5")])),
        "disbursement_fee_percent": draw(st.sampled_from([D(0), D(3), D("1.25")])),
        "charges": draw(st.lists(charges(), max_size=2)),
        "installments_default": count,
        "principal_default": D(draw(st.integers(50_000, 900_000))) / 100,
        "tranches_max": draw(st.sampled_from([1, 2])),
    }


def product(alpha: Branch, values: dict[str, Any]) -> Product:
    limits = {"principal_min": D(100), "principal_max": D(50000), "installments_min": 1, "installments_max": 36}
    return create_product(actor=alpha.staff["manager"].actor, mfi=alpha.mfi, name="Random loan", **{**limits, **values})


def paid_out(alpha: Branch, kind: Product, channel: str = "cash") -> Loan:
    request = LoanRequest(kind.pk, kind.principal_default, kind.installments_default)
    made = apply_for_loan(
        borrower=alpha.borrower, request=request, actor=alpha.borrower.actor, currency=alpha.mfi.currency
    )
    start_review(loan_id=made.id, actor=alpha.staff["officer"].actor)
    recommend(loan_id=made.id, actor=alpha.staff["officer"].actor, reason="Papers seen")
    approve(loan_id=made.id, actor=alpha.staff["approver"].actor)
    pay = {"loan_id": made.id, "actor": alpha.staff["cashier"].actor, "channel": channel}
    if kind.tranches_max > 1:
        disburse(**pay, amount=(kind.principal_default / 2).quantize(D("0.01")))
    disburse(**pay)
    return Loan.objects.select_related("state", "product", "borrower").get(pk=made.id)


class Undone(Exception):
    """Ends an example: what it wrote is not kept for the next."""


def answers(alpha: Branch, kind: Product) -> list[dict[str, Any]]:
    """The cost as a stranger is told it, before anything is agreed to."""
    client = Client(HTTP_HOST=alpha.host)
    wanted = f"principal={kind.principal_default}&installments={kind.installments_default}"
    listed = {row["id"]: row["representative"] for row in client.get("/api/v1/products").json()}
    quoted = client.get(f"/api/v1/products/{kind.pk}/quote?{wanted}")
    shown = client.get(f"/api/v1/products/{kind.pk}/key-facts?{wanted}")
    assert (quoted.status_code, shown.status_code) == (200, 200), (quoted.content, shown.content)
    return [listed[str(kind.pk)], quoted.json(), shown.json()["facts"]]


def check_sums(told: dict[str, Any], schedule: list[dict[str, Any]]) -> None:
    """One statement does not contradict itself."""
    total = sum((D(row["total_due"]) for row in schedule), D(0))
    runs = sum((run["count"] * D(run["amount"]) for run in told["payments"]), D(0))
    kept = D(told["fee"]) + D(told["savings"]) + D(told["down_payment"])
    assert D(told["total"]) == total == runs + D(told["down_payment"])
    assert D(told["net"]) == D(told["principal"]) - kept
    assert D(told["cost"]) == total + D(told["fee"]) - D(told["principal"])
    assert told["installments"] == sum(run["count"] for run in told["payments"])


def check_loan(alpha: Branch, loan: Loan, told: dict[str, Any]) -> None:
    """The loan as its borrower and its lender see it, and as the books have it."""
    own = alpha.client(alpha.borrower).get(f"/api/v1/loans/{loan.pk}").json()
    assert {name: own["cost"][name] for name in TOLD} == {name: told[name] for name in TOLD}
    assert (own["net"], own["apr"], own["eir"]) == (told["net"], told["apr"], told["eir"])
    page = alpha.client("manager").get(f"/admin/loans/loan/{loan.pk}/change/").content.decode()
    for name in ("net", "fee", "interest", "other_fees", "total", "cost"):
        assert format_money(D(told[name]), loan.currency) in page, name
    folded = fold_loan(loan)
    events = list(LoanEvent.objects.filter(loan=loan, type="disbursement").in_booking_order())
    net = sum((D(e.payload["net"]) for e in events), D(0))
    assert net == folded.disbursed - kept_back(folded).total
    assert held("cash") == -net
    due = sum((row.paid + row.outstanding for row in Installment.objects.filter(loan=loan)), D(0))
    assert due == folded.total_due
    if len(events) == 1:
        assert (f"{net:.2f}", f"{due:.2f}") == (told["net"], told["total"])
    check_messages(loan, events)


def check_messages(loan: Loan, events: list[LoanEvent]) -> None:
    for event in events:
        message = Message.objects.get(key=f"event-{event.pk}")
        text = text_of(message.about, "en", {**message.values, "lender": "Alpha"})
        assert format_money(D(event.payload["net"]), loan.currency) in text
        for name in ("fee", "savings", "down_payment"):
            if D(event.payload[name]):
                assert format_money(D(event.payload[name]), loan.currency) in text


@pytest.mark.parametrize("currency", ["LSL", "ZAR"])
def test_everybody_is_told_the_same(alpha: Branch, currency: str) -> None:
    MFI.objects.filter(pk=alpha.mfi.pk).update(currency=currency)
    alpha.mfi.currency = currency
    tried: list[str] = []

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(values=products())
    def each(values: dict[str, Any]) -> None:
        try:
            with transaction.atomic():
                one(values)
                raise Undone
        except Undone:
            pass

    def one(values: dict[str, Any]) -> None:
        try:
            kind = product(alpha, values)
        except ServiceError:
            return  # settings that do not go together are refused
        tried.append(kind.name)
        listed, quoted, shown = answers(alpha, kind)
        for told in (listed, quoted, shown):
            assert {name: told[name] for name in (*TOLD, "payments")} == {n: quoted[n] for n in (*TOLD, "payments")}
        check_sums(quoted, quoted["schedule"])
        check_sums(shown, shown["schedule"])
        check_loan(alpha, paid_out(alpha, kind), quoted)
        assert check_books(actor=SYSTEM).breaks == []

    each()
    assert tried, "no product of the examples could be made"


def test_the_list_of_products_tells_the_rate_that_a_month_hides(alpha: Branch) -> None:
    Product.objects.update(is_active=False)
    kind = product(
        alpha,
        {
            "rate": D(2),
            "rate_per": "month",
            "interest_method": "flat",
            "principal_default": D(1000),
            "installments_default": 12,
        },
    )
    (listed,) = Client(HTTP_HOST=alpha.host).get("/api/v1/products").json()
    assert listed["representative"]["apr"] == "41.70"
    assert "41.70 %" in alpha.client("manager").get("/admin/loans/product/").content.decode()
    assert kind.name == listed["name"]


def test_whoever_pays_out_reads_what_is_kept_back(alpha: Branch, approved: Callable[..., Loan]) -> None:
    loan = approved(value_date=business_date())
    page = alpha.client("cashier").get(f"/admin/loans/loan/{loan.pk}/do/disburse/").content.decode()
    for said in ("Fee kept back", "M 30.00", "To hand over", "M 970.00", "Paid back in all", "11 × M 94.56", "APR"):
        assert said in page, said
