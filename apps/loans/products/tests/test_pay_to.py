"""Where borrowers pay to."""

from __future__ import annotations

import pytest

from tests.factories import Branch

pytestmark = pytest.mark.django_db


def test_borrowers_read_what_the_manager_filled_in(alpha: Branch) -> None:
    borrower, manager = alpha.client(alpha.borrower), alpha.client("manager")
    assert borrower.get("/api/v1/pay-to").json() == []
    page = manager.get("/admin/loans/policy/", follow=True)
    values = {
        "recognition": "cash",
        "fiscal_year_starts": 1,
        "group_arrears_days": 30,
        "mpesa_account": "Merchant 45871",
        "bank_account": "Standard Lesotho Bank, 062-000, 9080001234567",
    }
    assert manager.post(page.redirect_chain[-1][0], values).status_code == 302
    assert borrower.get("/api/v1/pay-to").json() == [
        {"channel": "mpesa", "account": "Merchant 45871"},
        {"channel": "bank", "account": "Standard Lesotho Bank, 062-000, 9080001234567"},
    ]
    assert alpha.client().get("/api/v1/pay-to").status_code == 401
