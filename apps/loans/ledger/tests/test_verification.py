"""Verification of books in which a product has accounts of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan
from apps.loans.ledger.chart import accounts_by_role
from apps.loans.ledger.models import AccountMapping, GLAccount
from apps.loans.ledger.settings import save_account, save_mapping
from apps.loans.ledger.verification import check_books
from apps.mfis.core.actor import SYSTEM
from tests.factories import Branch

pytestmark = pytest.mark.django_db


def test_a_product_with_its_own_account_is_verified_too(alpha: Branch, active: Callable[..., Loan]) -> None:
    with tenant_context(alpha.mfi):
        accounts_by_role()
        own = save_account(
            account=GLAccount(code="1210", name="Business loans", type="asset"), actor=alpha.staff["accountant"].actor
        )
        mapping = AccountMapping(product=alpha.product, role="loans", account=own)
        save_mapping(mapping=mapping, actor=alpha.staff["accountant"].actor)
        active()
        assert check_books(actor=SYSTEM).breaks == []
        with connection.cursor() as cursor:  # behind the guards, as somebody with the database's own rights might
            cursor.execute("UPDATE loans_loanstate SET principal_outstanding = principal_outstanding + 1")
        assert any("control account loans" in broken for broken in check_books(actor=SYSTEM).breaks)
