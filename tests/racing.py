"""Several people at once: threads with connections of their own, and loans whose data is really committed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import UUID

from django_tenants.utils import tenant_context

from apps.loans.applications.services.apply import LoanRequest, apply_for_loan
from apps.loans.applications.services.review import approve, recommend, start_review
from apps.loans.book.models import Loan
from apps.loans.servicing.services.pay_out import disburse
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.database import connection
from apps.mfis.core.errors import ServiceError
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from tests.factories import TODAY, Branch


def at_once(branch: Branch, count: int, run: Callable[[int], Any]) -> list[Any]:
    """Runs in threads, each with a connection of its own; a refusal is its result."""

    def one(n: int) -> Any:
        try:
            with tenant_context(branch.mfi):
                return run(n)
        except ServiceError as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def approved_loan(branch: Branch, phone: str) -> UUID:
    with tenant_context(branch.mfi):
        who = register_borrower(person=Person("Racer", phone=phone), actor=SYSTEM, today=TODAY)
        application = apply_for_loan(
            borrower=who,
            request=LoanRequest(product_id=branch.product.pk, principal=Decimal(1000), installments=12),
            actor=who.actor,
            currency="LSL",
            value_date=TODAY,
        )
        loan = application.id
        start_review(loan_id=loan, actor=branch.staff["officer"].actor, value_date=TODAY)
        recommend(loan_id=loan, actor=branch.staff["officer"].actor, reason="Seen", value_date=TODAY)
        approve(loan_id=loan, actor=branch.staff["approver"].actor, value_date=TODAY)
    return loan


def paid_out(branch: Branch, phone: str) -> Loan:
    loan = approved_loan(branch, phone)
    with tenant_context(branch.mfi):
        disburse(loan_id=loan, actor=branch.staff["cashier"].actor, channel="cash", value_date=TODAY)
        return Loan.objects.select_related("borrower").get(pk=loan)
