"""What is collected is the same sum on the dashboard, in its chart, in the books and for the borrower."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from apps.loans.book.models import COLLECTS, RECEIPTS, Loan, LoanEvent
from apps.loans.book.selectors.allocations import last_paid
from apps.loans.ledger.tests.books import held
from apps.loans.reporting.selectors import portfolio
from apps.loans.servicing.services.correction import reverse_repayment
from apps.loans.servicing.services.credits import refund
from apps.loans.servicing.services.repayment import pay_off, record_repayment
from apps.mfis.core.clock import business_date
from tests.factories import Branch

D = Decimal

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(alpha: Branch, active: Callable[..., Loan]) -> dict[str, Any]:
    loan = active(value_date=business_date())
    return {"loan_id": loan.pk, "actor": alpha.staff["cashier"].actor, "channel": "cash"}


def shown(alpha: Branch) -> Decimal:
    """Collected today by the dashboard, after checking that chart, books and borrower agree."""
    today = business_date()
    total, count = portfolio.collected(today)
    assert portfolio.months(today)[-1][2] == total
    assert held("cash") == total - D(970)
    loan = Loan.objects.get()
    own = alpha.client(alpha.borrower).get(f"/api/v1/loans/{loan.pk}/repayments").json()
    standing = [D(row["amount"]) for row in own if not row["reversed"]]
    refunds = sum((e.amount for e in LoanEvent.objects.standing().of_type("refund")), D(0))
    assert (sum(standing, D(0)) - refunds, len(standing)) == (total, count)
    assert last_paid(today).get(loan.pk) == (today if standing else None)
    return total


def test_a_pay_off_is_collected(alpha: Branch, by: dict[str, Any]) -> None:
    record_repayment(**by, amount=D(50))
    settled = pay_off(**by)
    assert shown(alpha) == D(50) + settled.amount
    assert f"{D(50) + settled.amount:,.2f}" in alpha.client("manager").get("/admin/").content.decode()


def test_what_is_reversed_is_not_collected(alpha: Branch, by: dict[str, Any]) -> None:
    receipt = record_repayment(**by, amount=D(50))
    reverse_repayment(event_id=receipt.id, actor=alpha.staff["accountant"].actor, reason="Wrong loan")
    assert shown(alpha) == 0


def test_what_is_given_back_is_not_collected(alpha: Branch, by: dict[str, Any]) -> None:
    record_repayment(**by, amount=D(2000), accept_overpayment=True)
    refund(**by, amount=D(100))
    assert shown(alpha) == D(1900)


def test_receipts_are_what_counts_as_collected() -> None:
    assert set(RECEIPTS) == {kind for kind, sign in COLLECTS.items() if sign > 0}
