"""The form of a product: an order of receipts in lines, charges in rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan
from apps.loans.products.models import Product
from apps.loans.products.tests.product_form import PRODUCT_FORM
from tests.factories import Branch

pytestmark = pytest.mark.django_db


def product_form(**values: Any) -> dict[str, Any]:
    return {**PRODUCT_FORM, "name": "Own order", **values}


def test_an_own_order_of_receipts_is_filled_in_and_used(alpha: Branch, apply: Callable[..., Loan]) -> None:
    order = [
        f"{due}:{c}" for due in ("past_due", "due", "in_advance") for c in ("principal", "interest", "penalty", "fee")
    ]
    client = alpha.client("manager")
    own = {
        "allocation": "advanced",
        "allocation_order": "\n".join(order),
        "allocation_processing": "horizontal",
        "allocation_future": "last",
        "schedule_type": "progressive",
        "interest_method": "declining_balance",
    }
    wrong = client.post("/admin/loans/product/add/", product_form(**{**own, "allocation_order": "past_due:everything"}))
    assert wrong.status_code == 200
    assert "past_due:penalty" in wrong.content.decode()
    assert client.post("/admin/loans/product/add/", product_form(**own)).status_code == 302
    with tenant_context(alpha.mfi):
        product = Product.objects.get(name="Own order")
        assert product.allocation_rules["rules"]["default"] == {"order": order, "future": "last"}
    page = client.get(f"/admin/loans/product/{product.pk}/change/").content.decode()
    assert "past_due:principal\npast_due:interest" in page
    loan = apply(product_id=product.pk)
    with tenant_context(alpha.mfi):
        assert loan.terms_agreed["allocation"]["processing"] == "horizontal"


def test_charges_are_filled_in_as_rows(alpha: Branch) -> None:
    client = alpha.client("manager")
    row = {
        "charges-0-name": "Insurance",
        "charges-0-kind": "fee",
        "charges-0-timing": "each_installment",
        "charges-0-calculation": "percent",
        "charges-0-amount": "1",
        "charges-0-of": "principal",
    }
    assert client.post("/admin/loans/product/add/", product_form(**{**row, "charges-0-amount": ""})).status_code == 200
    assert client.post("/admin/loans/product/add/", product_form(**row)).status_code == 302
    with tenant_context(alpha.mfi):
        charge = {
            "name": "Insurance",
            "kind": "fee",
            "timing": "each_installment",
            "calculation": "percent",
            "amount": "1",
            "of": "principal",
        }
        product = Product.objects.get(name="Own order")
        assert product.charges == [charge]
    assert 'value="Insurance"' in client.get(f"/admin/loans/product/{product.pk}/change/").content.decode()


def test_a_product_quotes_itself_before_it_is_saved(alpha: Branch) -> None:
    client = alpha.client("manager")
    form = {**PRODUCT_FORM, "name": "Draft"}
    page = client.post("/admin/loans/product/quote/", form).content.decode()
    assert "103.33" in page  # M1,000 over 12 months at 2 % a month flat
    assert "41.70 %" in page
    assert "50.67 %" in page
    refused = client.post("/admin/loans/product/quote/", {**form, "recalculate_interest": "on"}).content.decode()
    assert "flat interest is not recalculated" in refused
    assert alpha.client("cashier").post("/admin/loans/product/quote/", form).status_code == 403
    assert client.post("/admin/loans/product/add/", form).status_code == 302
    with tenant_context(alpha.mfi):
        assert Product.objects.filter(name="Draft").exists()
