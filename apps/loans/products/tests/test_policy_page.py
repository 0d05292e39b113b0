"""The page of the policy."""

from __future__ import annotations

import pytest
from django_tenants.utils import tenant_context

from apps.loans.products.models import Policy
from tests.factories import Branch

pytestmark = pytest.mark.django_db


def test_the_policy_has_one_page(alpha: Branch) -> None:
    client = alpha.client("manager")
    page = client.get("/admin/loans/policy/", follow=True)
    assert page.status_code == 200
    values = {
        "recognition": "cash",
        "approver_limit": "500",
        "fiscal_year_starts": 4,
        "group_arrears_days": 30,
        "review_checklist": "Identity seen\r\n\r\nEmployer called",
    }
    assert client.post(page.redirect_chain[-1][0], values).status_code == 302
    with tenant_context(alpha.mfi):
        policy = Policy.objects.get()
        assert policy.approver_limit == 500
        assert policy.review_checklist == ["Identity seen", "Employer called"]
    assert alpha.client("cashier").get("/admin/loans/policy/add/").status_code == 403
