"""Settings are read once a transaction: by one command of one MFI, and never beyond."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import tenant_context

from apps.loans.ledger.chart import accounts_by_role
from apps.loans.products.models import POLICY_ID, Policy, the_policy
from apps.mfis.core.actor import SYSTEM, actor_context
from apps.mfis.core.database import connection
from apps.mfis.core.once import read_again
from tests.factories import Branch, settle_alone

pytestmark = pytest.mark.django_db


def reads() -> int:
    """How many queries it takes to ask for the policy and for the accounts."""
    with CaptureQueriesContext(connection) as captured:
        the_policy()
        accounts_by_role()
    return len([query for query in captured if query["sql"].lstrip().startswith("SELECT")])


def test_once_within_a_command_and_each_time_outside(alpha: Branch) -> None:
    accounts_by_role()  # with it the chart is entered
    assert (reads(), reads()) == (2, 2)
    with actor_context(SYSTEM):
        assert (reads(), reads()) == (2, 0)
        with actor_context(SYSTEM):
            assert reads() == 0
        assert reads() == 0
    assert reads() == 2


def test_a_change_in_the_transaction_is_seen(alpha: Branch) -> None:
    with actor_context(SYSTEM):
        assert the_policy().refund_alone != Decimal(77)
        settle_alone(refund_alone=Decimal(77))
        assert the_policy().refund_alone == Decimal(77)
        Policy.objects.filter(pk=POLICY_ID).update(refund_alone=Decimal(78))
        read_again()  # what no signal tells of
        assert the_policy().refund_alone == Decimal(78)


def test_nothing_outlives_a_transaction_that_is_rolled_back(alpha: Branch) -> None:
    before = the_policy().refund_alone
    with transaction.atomic():
        with actor_context(SYSTEM):
            settle_alone(refund_alone=Decimal(77))
            assert the_policy().refund_alone == Decimal(77)
        transaction.set_rollback(True)
    assert the_policy().refund_alone == before
    with actor_context(SYSTEM):
        assert the_policy().refund_alone == before


def test_what_was_read_in_a_savepoint_is_read_again_after_it(alpha: Branch) -> None:
    """Rolled back to, it gives up the locks under which it was read, and the row that was read may never have been."""
    with actor_context(SYSTEM):
        with transaction.atomic():
            settle_alone(refund_alone=Decimal(77))
            assert the_policy().refund_alone == Decimal(77)
            transaction.set_rollback(True)
        assert the_policy().refund_alone != Decimal(77)
        with transaction.atomic():
            assert reads() == 1  # the policy was read outside, and holds
        assert reads() == 1
        assert reads() == 0


def test_another_mfi_reads_its_own(alpha: Branch, beta: Branch) -> None:
    with tenant_context(beta.mfi):
        settle_alone(refund_alone=Decimal(5))
    with tenant_context(alpha.mfi):
        settle_alone(refund_alone=Decimal(6))
        with actor_context(SYSTEM):
            assert the_policy().refund_alone == Decimal(6)
            with tenant_context(beta.mfi):
                assert the_policy().refund_alone == Decimal(5)
            assert the_policy().refund_alone == Decimal(6)
