"""A group, its product and a second member, for the rooms that work with groups."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django_tenants.utils import tenant_context

from apps.loans.applications.services.apply import LoanRequest, apply_for_loan
from apps.loans.applications.services.review import approve, recommend, start_review
from apps.loans.book.models import Loan
from apps.loans.groups.models import Group
from apps.loans.groups.services import add_member, save_group
from apps.loans.products.models import Product
from apps.loans.products.services import create_product
from apps.loans.servicing.services import pay_out
from apps.mfis.core.actor import SYSTEM
from apps.users.accounts.models import Account
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from tests.factories import PASSWORD, TODAY, Branch

D = Decimal

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
