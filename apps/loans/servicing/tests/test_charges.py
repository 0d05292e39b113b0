"""Charges by hand, and what limits them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan
from apps.loans.products.models import Product
from apps.loans.servicing.services.charges import add_charge
from apps.mfis.core.errors import InvalidInput
from tests.factories import TODAY, Branch

pytestmark = pytest.mark.django_db


def test_a_penalty_beyond_the_principal_is_refused_with_what_may_be_charged(
    alpha: Branch, active: Callable[..., Loan]
) -> None:
    with tenant_context(alpha.mfi):
        Product.objects.filter(pk=alpha.product.pk).update(in_duplum=True)
        loan = active(value_date=TODAY - timedelta(days=10))
        room = loan.state.principal_outstanding - loan.state.interest_outstanding
        call = {"loan_id": loan.pk, "actor": alpha.staff["cashier"].actor, "name": "Late", "kind": "penalty"}
        with pytest.raises(InvalidInput, match=f"{room:,.2f} may still be charged") as refusal:
            add_charge(**call, amount=room + Decimal("0.01"))
        assert refusal.value.field == "amount"
        add_charge(**call, amount=room)
        with pytest.raises(InvalidInput, match=r"0\.00 may still be charged"):
            add_charge(**call, amount=Decimal("0.01"))
