"""What is seldom meant is asked about; what cannot be is refused at its field, in the field's words."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from apps.loans.book.models import Loan
from apps.loans.products.forms import ProductForm
from apps.loans.products.models import Product
from apps.loans.products.services import create_product
from apps.loans.products.tests.product_form import PRODUCT_FORM
from apps.loans.security.models import Collateral, Guarantor
from apps.loans.security.services import add_collateral, add_guarantor
from apps.loans.servicing.services.change_of_terms import propose_restructuring
from apps.loans.servicing.services.charges import add_charge, waive
from apps.loans.servicing.services.credits import refund
from apps.loans.servicing.services.repayment import record_repayment
from apps.mfis.core.errors import InvalidInput, Unsure
from tests.factories import TODAY, Branch

D = Decimal
Maker = Callable[..., Loan]

pytestmark = pytest.mark.django_db

ENGINE = re.compile(r"\$|events\[|This is not possible|is more than the 0|seq=")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"full_name": "X", "phone": "58123456"}, "full_name"),
        ({"full_name": "Neo Letuka", "phone": "123"}, "phone"),
        ({"full_name": "Neo", "phone": ""}, "full_name"),
        ({"full_name": "Mamello Khoabane", "phone": ""}, "full_name"),
    ],
)
def test_a_guarantor_is_somebody(alpha: Branch, apply: Maker, values: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        add_guarantor(loan_id=apply().pk, actor=alpha.staff["officer"].actor, amount=D(100), **values)
    assert refused.value.field == field


def test_a_guarantors_phone_is_kept_in_one_form(alpha: Branch, apply: Maker) -> None:
    loan, officer = apply(), alpha.staff["officer"].actor
    for phone, kept in (("5812 3456", "+26658123456"), ("+27 82 123 4567", "+27821234567"), ("", "")):
        name = f"Neo Letuka {'ABC'[len(kept) % 3]}"
        add_guarantor(loan_id=loan.pk, actor=officer, full_name=name, phone=phone, amount=D(100), confirmed=True)
        assert Guarantor.objects.order_by("-created_at")[0].phone == kept


def test_the_same_vehicle_pledged_twice_is_asked_about(alpha: Branch, apply: Maker) -> None:
    loan = apply()
    thing: dict[str, Any] = {"what": "vehicle", "description": "White Hilux", "value": D(90000)}
    officer = alpha.staff["officer"].actor
    with pytest.raises(Unsure, match="registration"):
        add_collateral(loan_id=loan.pk, actor=officer, **thing)
    add_collateral(loan_id=loan.pk, actor=officer, serial="A 123 BC", **thing)
    client = alpha.client("officer")
    at = reverse("admin:loans_loan_do", args=[loan.pk, "add_collateral"])
    form = client.get(at).context["form"]
    assert "confirmed" not in form.fields
    sent = {**thing, "value": "90000", "serial": "a-123-bc", "idempotency_key": form["idempotency_key"].value()}
    asked = client.post(at, sent)
    assert asked.status_code == 422
    assert loan.number in asked.content.decode()
    assert 'name="confirmed"' in asked.content.decode()
    assert client.post(at, {**sent, "confirmed": "on"}).status_code == 302
    assert Collateral.objects.filter(loan=loan).count() == 2


def test_a_second_product_of_the_same_name_is_asked_about(alpha: Branch) -> None:
    own = {f.name: getattr(alpha.product, f.name) for f in Product._meta.fields if f.name not in ("id", "created_at")}
    again = own | {"name": "business  Loan"}
    with pytest.raises(Unsure) as asked:
        create_product(actor=alpha.staff["manager"].actor, mfi=alpha.mfi, **again)
    assert asked.value.field == "name"
    create_product(actor=alpha.staff["manager"].actor, mfi=alpha.mfi, confirmed=True, **again)


def test_a_rate_of_900_percent_is_asked_about_on_the_page(alpha: Branch) -> None:
    client = alpha.client("manager")
    sent = {**PRODUCT_FORM, "name": "Quick loan", "rate": "900", "rate_per": "year"}
    page = client.post("/admin/loans/product/add/", sent)
    assert page.status_code == 200
    assert "900 % a year" in page.content.decode()
    assert not Product.objects.filter(name="Quick loan").exists()
    assert client.post("/admin/loans/product/add/", {**sent, "confirmed": "on"}).status_code == 302
    assert Product.objects.filter(name="Quick loan").exists()


def test_a_product_that_is_changed_elsewhere_is_not_asked_about_again(alpha: Branch) -> None:
    Product.objects.filter(pk=alpha.product.pk).update(rate=D(900))
    alpha.product.refresh_from_db()
    alpha.product.description = "For traders"
    from apps.loans.products.doubts import doubts

    assert doubts(alpha.product) == {}
    assert "confirmed" in ProductForm.base_fields


def refused(call: Callable[..., Any], **values: Any) -> InvalidInput:
    with pytest.raises(InvalidInput) as error:
        call(**values)
    assert not ENGINE.search(error.value.message), error.value.message
    assert not error.value.message[0].islower()
    return error.value


def test_what_the_engine_refuses_is_said_at_its_field(alpha: Branch, active: Maker) -> None:
    loan = active(value_date=TODAY)
    staff = {name: account.actor for name, account in alpha.staff.items()}
    at: dict[str, Any] = {"loan_id": loan.pk}
    no_fees = refused(waive, **at, actor=staff["manager"], component="fees", amount=D(5), reason="Late")
    assert (no_fees.field, "Of fees nothing is outstanding" in no_fees.message) == ("amount", True)
    kinds = refused(add_charge, **at, actor=staff["cashier"], name="Letter", kind="gift", amount=D(5))
    assert kinds.field == "kind"
    start = {"from": "2030-01-01", "extra_terms": 2}
    assert refused(propose_restructuring, **at, actor=staff["officer"], terms=start, reason="Drought").field == "start"
    record_repayment(**at, actor=staff["cashier"], amount=D(3000), channel="cash", accept_overpayment=True)
    early = {"channel": "cash", "value_date": TODAY}
    nothing = refused(refund, **at, actor=staff["cashier"], amount=D(10), **early)
    assert (nothing.field, "Nothing was overpaid by that day" in nothing.message) == ("amount", True)
    more = refused(refund, **at, actor=staff["cashier"], amount=D(2900), channel="cash")
    assert more.field == "amount"
