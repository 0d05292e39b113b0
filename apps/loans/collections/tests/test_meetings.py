"""Receipts taken at a group's meeting: one for each line, and a fault in one stops no other."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan, LoanEvent, Transfer
from apps.loans.collections.services.meetings import Collected, collect, due_at
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


@pytest.fixture
def lent(alpha: Branch, weekly: Product, women: Group, friend: Account) -> list[Loan]:
    """A loan of each of two members, twenty days old."""
    add_member(group_id=women.pk, actor=alpha.staff["officer"].actor, borrower_id=friend.pk)
    on = business_date() - timedelta(days=20)
    return [lend(alpha, weekly, women, who, on=on) for who in (alpha.borrower, friend)]


def take(alpha: Branch, women: Group, amounts: dict[UUID, Decimal], **more: Any) -> list[Collected]:
    values: dict[str, Any] = {"channel": "mpesa", "reference": "GRP 1", **more}
    return collect(group_id=women.pk, actor=alpha.staff["cashier"].actor, amounts=amounts, **values)


def test_one_transfer_of_the_group_pays_for_each_member(alpha: Branch, women: Group, lent: list[Loan]) -> None:
    one, two = (loan.pk for loan in lent)
    found = take(alpha, women, {one: D(60), two: D(40)}, idempotency_key="s")
    assert [line.error for line in found] == ["", ""]
    assert Transfer.objects.get().amount == 100
    again = take(alpha, women, {one: D(60), two: D(40)}, reference="grp-1", idempotency_key="other")
    assert all("already booked" in line.error for line in again)


def test_a_transfer_that_is_less_than_the_lines_is_drawn_up_to_its_amount(
    alpha: Branch, women: Group, lent: list[Loan]
) -> None:
    one, two = (loan.pk for loan in lent)
    found = take(alpha, women, {one: D(60), two: D(40)}, transfer_amount=D(90))
    assert found[0].number
    assert "30.00 of this transfer is left" in found[1].error


def test_a_line_above_what_is_owed_is_asked_about_alone(alpha: Branch, women: Group, lent: list[Loan]) -> None:
    one, two = (loan.pk for loan in lent)
    amounts = {one: D("99999.00"), two: D(40)}
    found = take(alpha, women, amounts, channel="cash", idempotency_key="s")
    assert (found[0].question, bool(found[1].number)) == ("accept_overpayment", True)
    found = take(alpha, women, {one: D("99999.00")}, channel="cash", idempotency_key="s", overpaid=frozenset({one}))
    assert found[0].number


def test_the_same_meeting_from_two_tabs(alpha: Branch, women: Group, lent: list[Loan]) -> None:
    client, path = alpha.client("cashier"), f"/admin/loans/group/{women.pk}/collect/"
    tabs = []
    for _ in range(2):
        form = client.get(path).context["form"]
        sent = {field.html_name: field.value() or "" for field in form if not field.html_name.startswith("loan_")}
        tabs.append({**sent, **{f"loan_{loan.pk}": "60" for loan in lent}, "channel": "cash"})
    assert client.post(path, tabs[0]).status_code == 302
    second = client.post(path, tabs[1])
    page = second.content.decode()
    assert second.status_code == 422
    assert page.count("Meanwhile was booked: Repayment") == 2
    assert LoanEvent.objects.filter(type="repayment").count() == 2
