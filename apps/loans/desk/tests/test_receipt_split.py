"""The loan's page says what each receipt paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan
from apps.loans.servicing.services.correction import reverse_repayment
from apps.loans.servicing.services.repayment import record_repayment
from tests.factories import TODAY, Branch

pytestmark = pytest.mark.django_db


def test_a_receipt_names_the_installments_that_it_paid(alpha: Branch, active: Callable[..., Loan]) -> None:
    with tenant_context(alpha.mfi):
        loan = active()
        first, second = loan.installments.order_by("n")[:2]
        cashier = alpha.staff["cashier"].actor
        receipt = record_repayment(
            loan_id=loan.pk,
            actor=cashier,
            amount=first.outstanding + Decimal(7),
            channel="cash",
            value_date=TODAY + timedelta(days=20),
        )
    page = " ".join(alpha.client("auditor").get(f"/admin/loans/loan/{loan.pk}/change/").content.decode().split())
    assert f"principal {first.principal:,.2f} interest {first.interest:,.2f}" in page
    assert "No. 1 of" in page
    assert "No. 2 of" in page
    assert f"interest {Decimal(7):,.2f}" in page
    assert second.interest > 7
    with tenant_context(alpha.mfi):
        reverse_repayment(event_id=receipt.id, actor=alpha.staff["manager"].actor, reason="Another loan's")
    page = alpha.client("auditor").get(f"/admin/loans/loan/{loan.pk}/change/").content.decode()
    assert "No. 1 of" not in page
