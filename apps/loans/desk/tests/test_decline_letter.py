"""The letter to somebody whose application was rejected."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django_tenants.utils import tenant_context

from apps.loans.applications.services import review
from apps.loans.book.models import Loan
from tests.factories import TODAY, Branch

pytestmark = pytest.mark.django_db


def test_the_letter_says_why(alpha: Branch, apply: Callable[..., Loan]) -> None:
    loan = apply()
    page = f"/admin/loans/loan/{loan.pk}/decline-letter/"
    client = alpha.client("manager")
    assert client.get(page).status_code == 404
    with tenant_context(alpha.mfi):
        review.reject(loan_id=loan.pk, actor=alpha.staff["manager"].actor, reason="Income not shown", value_date=TODAY)
    letter = client.get(page).content.decode()
    assert "Income not shown" in letter
    assert "Central Bank of Lesotho" in letter
