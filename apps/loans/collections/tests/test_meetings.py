"""Receipts taken at a group's meeting: one for each line, and a fault in one stops no other."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django_tenants.utils import tenant_context

from apps.loans.book.models import LoanEvent
from apps.loans.collections.services.meetings import collect, due_at
from apps.loans.groups.models import Group
from apps.loans.groups.services import add_member
from apps.loans.groups.tests.fixtures import lend
from apps.loans.products.models import Product
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import NotFound
from apps.users.accounts.models import Account
from tests.factories import Branch

D = Decimal

pytestmark = pytest.mark.django_db


def test_a_meeting_is_collected_line_by_line(alpha: Branch, weekly: Product, women: Group, friend: Account) -> None:
    with tenant_context(alpha.mfi):
        add_member(group_id=women.pk, actor=alpha.staff["officer"].actor, borrower_id=friend.pk)
        on = business_date() - timedelta(days=20)
        loans = [lend(alpha, weekly, women, who, on=on) for who in (alpha.borrower, friend)]
        meeting = loans[0].installments.get(n=1).due_date
        lines = due_at(women, meeting)
        assert [line.now_due for line in lines] == [loan.installments.get(n=1).outstanding for loan in loans]
        amounts = {loans[0].pk: D("60.00"), loans[1].pk: D("0.001")}
        cashier = alpha.staff["cashier"]
        found = collect(
            group_id=women.pk, actor=cashier.actor, amounts=amounts, channel="cash", idempotency_key="sheet-1"
        )
        assert [bool(line.number) for line in found] == [True, False]  # a fault in one line stops no other
        assert "decimals" in found[1].error
        collect(group_id=women.pk, actor=cashier.actor, amounts=amounts, channel="cash", idempotency_key="sheet-1")
        assert LoanEvent.objects.filter(type="repayment").count() == 1
        with pytest.raises(NotFound):
            collect(group_id=women.pk, actor=cashier.actor, amounts={alpha.borrower.pk: D(1)}, channel="cash")
