"""The institution that the benchmarks of lending work in, and its borrowers.

Nothing of Django is imported before a function is called: a server must run and be named first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from apps.loans.products.models import Product
    from apps.mfis.tenancy.models import MFI
    from apps.users.accounts.models import Account


@dataclass(frozen=True)
class Lender:
    """An MFI with a manager, a second one who approves, and a product; its host is that of its subdomain."""

    mfi: MFI
    manager: Account
    second: Account
    product: Product


def open_lender(subdomain: str = "bench") -> Lender:
    """Opens an MFI. Its schema is entered by `tenant_context(lender.mfi)`."""
    from django_tenants.utils import tenant_context

    from apps.mfis.core.actor import SYSTEM
    from apps.mfis.core.roles import Duty, Role
    from apps.users.operators.services import onboard_mfi
    from apps.users.staff.services import create_staff
    from tests.factories import open_tills, settle_alone

    opened = onboard_mfi(
        name=subdomain.title(),
        subdomain=subdomain,
        licence_type="credit_only_2",
        district="berea",
        contact_email=f"a@{subdomain}.example",
        admin_name="Lineo Matete",
        admin_email=f"l@{subdomain}.example",
        actor=SYSTEM,
        notify=False,
    )
    with tenant_context(opened.mfi):
        settle_alone()
        open_tills()
        second = create_staff(
            full_name="Second", email="second@bench.example", role=Role.MFI_ADMIN, duties=[Duty.MANAGER], actor=SYSTEM
        )
        return Lender(opened.mfi, opened.admin, second, _product(opened.mfi, opened.admin))


def _product(mfi: MFI, manager: Account) -> Product:
    from apps.loans.products.services import create_product

    return create_product(
        actor=manager.actor,
        mfi=mfi,
        name="Loan",
        rate=Decimal(24),
        interest_method="declining_balance",
        principal_min=Decimal(1),
        principal_default=Decimal(1000),
        principal_max=Decimal(9999),
        installments_min=1,
        installments_default=12,
        installments_max=36,
    )


def apply(lender: Lender, phone: str, principal: Decimal, day: date) -> UUID:
    """A new borrower's application for a loan over twelve months. Returns the loan's key."""
    from apps.loans.applications.services.apply import LoanRequest, apply_for_loan
    from apps.mfis.core.actor import SYSTEM
    from apps.users.accounts.services.borrowers import register_borrower
    from apps.users.accounts.services.people import Person

    borrower = register_borrower(person=Person(f"Bench {phone}", phone=phone), actor=SYSTEM, today=day)
    application = apply_for_loan(
        borrower=borrower,
        request=LoanRequest(product_id=lender.product.pk, principal=principal, installments=12),
        actor=borrower.actor,
        currency="LSL",
        value_date=day,
    )
    return application.id


def approve_loan(lender: Lender, phone: str, principal: Decimal, day: date) -> UUID:
    """The same loan approved on `day`, to be paid out: four events."""
    from apps.loans.applications.services.review import approve, recommend, start_review

    loan_id = apply(lender, phone, principal, day)
    start_review(loan_id=loan_id, actor=lender.manager.actor, value_date=day)
    recommend(loan_id=loan_id, actor=lender.manager.actor, reason="Seen", value_date=day)
    approve(loan_id=loan_id, actor=lender.second.actor, value_date=day)
    return loan_id


def lend(lender: Lender, phone: str, principal: Decimal, day: date) -> UUID:
    """The same loan paid out on `day`: five events."""
    from apps.loans.servicing.services.pay_out import disburse

    loan_id = approve_loan(lender, phone, principal, day)
    disburse(loan_id=loan_id, actor=lender.manager.actor, channel="cash", value_date=day)
    return loan_id
