"""Groups: loans fall due at their meetings, members answer for each other, and receipts are taken there."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django_tenants.utils import tenant_context

from apps.loans.applications.services.apply import LoanRequest, apply_for_loan
from apps.loans.applications.services.review import approve, recommend, start_review
from apps.loans.book.models import Loan, LoanEvent
from apps.loans.collections.services.meetings import collect, due_at
from apps.loans.groups.models import Group, Membership
from apps.loans.groups.services import add_member, leave_group, save_group
from apps.loans.products.models import Product
from apps.loans.products.services import create_product
from apps.loans.servicing.services import pay_out
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from apps.users.accounts.models import Account
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from tests.factories import PASSWORD, TODAY, Branch, queries

D = Decimal

pytestmark = pytest.mark.django_db

WEDNESDAY = date(2026, 1, 7)


@pytest.fixture
def weekly(alpha: Branch) -> Product:
    with tenant_context(alpha.mfi):
        return create_product(
            actor=alpha.staff["manager"].actor,
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
        save_group(group=group, actor=alpha.staff["officer"].actor)
        add_member(group_id=group.pk, actor=alpha.staff["officer"].actor, borrower_id=alpha.borrower.pk, office="chair")
        return group


@pytest.fixture
def friend(alpha: Branch) -> Account:
    with tenant_context(alpha.mfi):
        person = Person("Palesa Nkhahle", phone="58120077", national_id="100000000077", date_of_birth=date(1988, 2, 1))
        return register_borrower(person=person, password=PASSWORD, actor=SYSTEM, today=TODAY)


def lend(alpha: Branch, product: Product, group: Group, borrower: Account, on: date = TODAY) -> Loan:
    application = apply_for_loan(
        borrower=borrower,
        request=LoanRequest(
            product_id=product.pk, principal=D("1000.00"), installments=10, purpose="Stock", group_id=group.pk
        ),
        actor=alpha.staff["officer"].actor,
        currency="LSL",
        value_date=on,
    )
    loan = Loan.objects.get(pk=application.id)
    start_review(loan_id=loan.pk, actor=alpha.staff["officer"].actor, value_date=on)
    recommend(loan_id=loan.pk, actor=alpha.staff["officer"].actor, reason="Known", value_date=on)
    approve(loan_id=loan.pk, actor=alpha.staff["approver"].actor, value_date=on)
    pay_out.disburse(loan_id=loan.pk, actor=alpha.staff["cashier"].actor, channel="cash", value_date=on)
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
