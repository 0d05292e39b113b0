"""What was posted by is not changed under the books."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan
from apps.loans.ledger.chart import accounts_by_role
from apps.loans.ledger.models import AccountMapping
from apps.loans.ledger.settings import save_mapping
from apps.loans.products.models import Policy
from apps.loans.products.settings import save_setting
from apps.mfis.core.errors import InvalidInput
from tests.factories import Branch

pytestmark = pytest.mark.django_db


def test_what_was_posted_by_is_not_changed_under_the_books(alpha: Branch, active: Callable[..., Loan]) -> None:
    active()
    with tenant_context(alpha.mfi):
        cash = accounts_by_role()["bank"]
        with pytest.raises(InvalidInput, match="how income counts stays"):
            save_setting(setting=Policy(recognition="cash"), actor=alpha.staff["manager"].actor)
        mapping = AccountMapping(product=alpha.product, role="cash", account_id=cash)
        with pytest.raises(InvalidInput, match="posted already"):
            save_mapping(mapping=mapping, actor=alpha.staff["manager"].actor)
