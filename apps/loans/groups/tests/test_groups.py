"""Groups: loans fall due at their meetings, members answer for each other, and receipts are taken there."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django_tenants.utils import tenant_context

from apps.loans.book.models import LoanEvent
from apps.loans.collections.services.meetings import collect
from apps.loans.groups.models import Group, Membership
from apps.loans.groups.services import add_member, leave_group, save_group
from apps.loans.groups.tests.fixtures import WEDNESDAY, lend
from apps.loans.products.models import Product
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import InvalidInput, NotAllowed, WrongState
from apps.users.accounts.models import Account
from tests.factories import Branch, queries

D = Decimal

pytestmark = pytest.mark.django_db


def test_a_loan_falls_due_at_the_meetings(alpha: Branch, weekly: Product, women: Group) -> None:
    with tenant_context(alpha.mfi):
        loan = lend(alpha, weekly, women, alpha.borrower)  # paid out on Monday 2 March
        due = [i.due_date for i in loan.installments.order_by("n")]
        # Every second Wednesday from 7 January: 4 March is two days away, so the first is 18 March.
        assert due[:3] == [date(2026, 3, 18), date(2026, 4, 1), date(2026, 4, 15)]
        assert women.next_meeting(date(2026, 3, 5)) == date(2026, 3, 11)


def test_a_group_s_loan_must_fit_its_meetings_and_members(
    alpha: Branch, weekly: Product, women: Group, friend: Account
) -> None:
    with tenant_context(alpha.mfi):
        with pytest.raises(InvalidInput, match="is not a member of Kopano"):
            lend(alpha, weekly, women, friend)
        with pytest.raises(InvalidInput, match="meets every week"):
            lend(alpha, alpha.product, women, alpha.borrower)  # repaid by the month
        women.is_active = False
        save_group(group=women, actor=alpha.staff["officer"].actor)
        with pytest.raises(InvalidInput, match="does not meet any more"):
            lend(alpha, weekly, women, alpha.borrower)


def test_members_answer_for_each_other(alpha: Branch, weekly: Product, women: Group, friend: Account) -> None:
    with tenant_context(alpha.mfi):
        officer = alpha.staff["officer"]
        joined = add_member(group_id=women.pk, actor=officer.actor, borrower_id=friend.pk)
        with pytest.raises(WrongState, match="is in Kopano"):
            add_member(group_id=women.pk, actor=officer.actor, borrower_id=friend.pk)
        loan = lend(alpha, weekly, women, alpha.borrower)  # never paid: long overdue by today
        with pytest.raises(InvalidInput, match=rf"Loan {loan.number} of Mamello .* days late"):
            lend(alpha, weekly, women, friend)
        with pytest.raises(WrongState, match="answer for it together"):
            leave_group(membership_id=joined.pk, actor=officer.actor)
        women.meets_every = 2
        with pytest.raises(InvalidInput, match="Loans fall due at its meetings"):
            save_group(group=women, actor=officer.actor)
        owed = loan.state.total_outstanding
        collect(
            group_id=women.pk,
            actor=alpha.staff["cashier"].actor,
            amounts={loan.pk: owed},
            channel="cash",
            value_date=business_date(),
        )
        leave_group(membership_id=joined.pk, actor=officer.actor)
        assert Membership.objects.get(pk=joined.pk).left_on == business_date()
        with pytest.raises(NotAllowed):
            add_member(group_id=women.pk, actor=alpha.staff["cashier"].actor, borrower_id=friend.pk)


def test_the_pages_of_a_group(alpha: Branch, beta: Branch, weekly: Product, women: Group, friend: Account) -> None:
    with tenant_context(alpha.mfi):
        on = business_date() - timedelta(days=20)
        loan = lend(alpha, weekly, women, alpha.borrower, on=on)
    officer, cashier = alpha.client("officer"), alpha.client("cashier")
    page = f"/admin/loans/group/{women.pk}/"
    assert loan.number in officer.get(f"{page}members/").content.decode()
    assert officer.post(f"{page}members/add/", {"borrower": friend.pk, "office": "member"}).status_code == 302
    assert officer.post(f"{page}members/add/", {"borrower": friend.pk, "office": "member"}).status_code == 422
    sheet = cashier.get(f"{page}collect/")
    assert f"loan_{loan.pk}" in sheet.content.decode()
    values = {
        "channel": "cash",
        "value_date": business_date().isoformat(),
        "idempotency_key": "s1",
        f"loan_{loan.pk}": "50.00",
    }
    assert cashier.post(f"{page}collect/", values).status_code == 302
    with tenant_context(alpha.mfi):
        assert LoanEvent.objects.get(type="repayment").amount == 50
        member = Membership.objects.get(borrower=friend)
    assert officer.post(f"{page}members/{member.pk}/leave/").status_code == 422  # a loan is owed
    assert officer.get(f"{page}collect/").status_code == 403
    assert beta.client("manager").get(f"{page}members/").status_code == 404
    same = {"name": "kopano", "meets_from": "2026-01-07", "meets_every": 1, "frequency": "weeks", "is_active": "on"}
    assert "Another group has this name" in officer.post("/admin/loans/group/add/", same).content.decode()
    with tenant_context(alpha.mfi):
        assert Group.objects.count() == 1


def test_the_list_of_groups_costs_the_same_however_long(alpha: Branch, women: Group) -> None:
    client = alpha.client("officer")
    client.get("/admin/loans/group/")  # what a process learns once
    before = queries(client, "/admin/loans/group/")
    with tenant_context(alpha.mfi):
        for n in range(5):
            save_group(group=Group(name=f"Group {n}", meets_from=WEDNESDAY), actor=alpha.staff["manager"].actor)
    assert queries(client, "/admin/loans/group/") == before
