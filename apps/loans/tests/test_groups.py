"""Groups: loans fall due at their meetings, members answer for each other, and receipts are taken there."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django_tenants.utils import tenant_context

from apps.loans.models import Group, Loan, LoanEvent, Membership, Product
from apps.loans.services import groups, money, origination
from apps.loans.services.products import create_product
from apps.mfis.clock import business_date
from apps.mfis.errors import InvalidInput, NotAllowed, NotFound, WrongState
from apps.users.models import Account
from apps.users.services.accounts import Person, register_borrower
from conftest import PASSWORD, TODAY, Branch, queries

D = Decimal
pytestmark = pytest.mark.django_db
WEDNESDAY = date(2026, 1, 7)


@pytest.fixture
def weekly(alpha: Branch) -> Product:
    with tenant_context(alpha.mfi):
        return create_product(
            by=alpha.staff["manager"],
            mfi=alpha.mfi,
            name="Group loan",
            rate=D(24),
            rate_per="year",
            interest_method="flat",
            frequency="weeks",
            repay_every=2,
            principal_min=D(100),
            principal_default=D(1000),
            principal_max=D(5000),
            installments_min=1,
            installments_default=10,
            installments_max=26,
        )


@pytest.fixture
def women(alpha: Branch) -> Group:
    with tenant_context(alpha.mfi):
        group = Group(name="Kopano", place="Church hall", meets_from=WEDNESDAY, meets_every=1, frequency="weeks")
        groups.save_group(group, by=alpha.staff["officer"])
        groups.add_member(group_id=group.pk, by=alpha.staff["officer"], borrower_id=alpha.borrower.pk, office="chair")
        return group


@pytest.fixture
def friend(alpha: Branch) -> Account:
    with tenant_context(alpha.mfi):
        person = Person("Palesa Nkhahle", phone="58120077", national_id="100000000077", date_of_birth=date(1988, 2, 1))
        return register_borrower(person=person, password=PASSWORD, today=TODAY)


def lend(alpha: Branch, product: Product, group: Group, borrower: Account, on: date = TODAY) -> Loan:
    answer = origination.apply_for_loan(
        borrower=borrower,
        product_id=product.pk,
        principal=D("1000.00"),
        installments=10,
        purpose="Stock",
        by=alpha.staff["officer"],
        currency="LSL",
        on=on,
        group_id=group.pk,
    )
    loan = Loan.objects.get(pk=answer["id"])
    origination.start_review(loan_id=loan.pk, by=alpha.staff["officer"], on=on)
    origination.recommend(loan_id=loan.pk, by=alpha.staff["officer"], reason="Known", on=on)
    origination.approve(loan_id=loan.pk, by=alpha.staff["approver"], on=on)
    money.disburse(loan_id=loan.pk, by=alpha.staff["cashier"], channel="cash", on=on)
    return Loan.objects.select_related("state").get(pk=loan.pk)


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
        groups.save_group(women, by=alpha.staff["officer"])
        with pytest.raises(InvalidInput, match="does not meet any more"):
            lend(alpha, weekly, women, alpha.borrower)


def test_members_answer_for_each_other(alpha: Branch, weekly: Product, women: Group, friend: Account) -> None:
    with tenant_context(alpha.mfi):
        officer = alpha.staff["officer"]
        joined = groups.add_member(group_id=women.pk, by=officer, borrower_id=friend.pk)
        with pytest.raises(WrongState, match="is in Kopano"):
            groups.add_member(group_id=women.pk, by=officer, borrower_id=friend.pk)
        loan = lend(alpha, weekly, women, alpha.borrower)  # never paid: long overdue by today
        with pytest.raises(InvalidInput, match=rf"Loan {loan.number} of Mamello .* days late"):
            lend(alpha, weekly, women, friend)
        with pytest.raises(WrongState, match="answer for it together"):
            groups.leave_group(membership_id=joined.pk, by=officer)
        women.meets_every = 2
        with pytest.raises(InvalidInput, match="Loans fall due at its meetings"):
            groups.save_group(women, by=officer)
        owed = loan.state.total_outstanding
        groups.collect(
            group_id=women.pk, by=alpha.staff["cashier"], amounts={loan.pk: owed}, channel="cash", on=business_date()
        )
        groups.leave_group(membership_id=joined.pk, by=officer)
        assert Membership.objects.get(pk=joined.pk).left_on == business_date()
        with pytest.raises(NotAllowed):
            groups.add_member(group_id=women.pk, by=alpha.staff["cashier"], borrower_id=friend.pk)


def test_a_meeting_is_collected_line_by_line(alpha: Branch, weekly: Product, women: Group, friend: Account) -> None:
    with tenant_context(alpha.mfi):
        groups.add_member(group_id=women.pk, by=alpha.staff["officer"], borrower_id=friend.pk)
        on = business_date() - timedelta(days=20)
        loans = [lend(alpha, weekly, women, who, on=on) for who in (alpha.borrower, friend)]
        meeting = loans[0].installments.get(n=1).due_date
        lines = groups.due_at(women, meeting)
        assert [line.now_due for line in lines] == [loan.installments.get(n=1).outstanding for loan in loans]
        amounts = {loans[0].pk: D("60.00"), loans[1].pk: D("0.001")}
        cashier = alpha.staff["cashier"]
        found = groups.collect(group_id=women.pk, by=cashier, amounts=amounts, channel="cash", key="sheet-1")
        assert [bool(line.number) for line in found] == [True, False]  # a fault in one line stops no other
        assert "decimals" in found[1].error
        groups.collect(group_id=women.pk, by=cashier, amounts=amounts, channel="cash", key="sheet-1")
        assert LoanEvent.objects.filter(type="repayment").count() == 1
        with pytest.raises(NotFound):
            groups.collect(group_id=women.pk, by=cashier, amounts={alpha.borrower.pk: D(1)}, channel="cash")


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
    values = {"channel": "cash", "on": business_date().isoformat(), "key": "s1", f"loan_{loan.pk}": "50.00"}
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
            groups.save_group(Group(name=f"Group {n}", meets_from=WEDNESDAY), by=alpha.staff["manager"])
    assert queries(client, "/admin/loans/group/") == before
