"""The written-out queries give what the ORM gives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from apps.loans.applications.services.review import withdraw
from apps.loans.book.models import Loan
from apps.loans.book.queries.own_loans import list_loans, list_loans_by_orm
from apps.loans.servicing.services.repayment import record_repayment
from apps.mfis.core.actor import SYSTEM
from apps.users.accounts.models import Account
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person
from tests.factories import TODAY, Branch

pytestmark = pytest.mark.django_db


def test_own_loans_by_sql_and_by_the_orm_are_the_same(
    alpha: Branch, apply: Callable[..., Loan], active: Callable[..., Loan]
) -> None:
    """Withdrawn, overpaid, running and just applied for; of a merged account too, and nobody else's."""
    merged = register_borrower(person=Person("Neo Letuka", phone="58990011"), actor=SYSTEM, today=TODAY)
    stranger = register_borrower(person=Person("Palesa Nkhahle", phone="58990022"), actor=SYSTEM, today=TODAY)
    withdraw(loan_id=apply().pk, actor=alpha.borrower.actor, value_date=TODAY)
    overpaid = active()
    record_repayment(
        loan_id=overpaid.pk,
        actor=alpha.staff["cashier"].actor,
        amount=Decimal(5000),
        channel="cash",
        value_date=TODAY,
        accept_overpayment=True,
    )
    active(borrower=merged, actor=merged.actor, value_date=TODAY - timedelta(days=70))
    apply(borrower=stranger, actor=stranger.actor)
    apply()
    Account.objects.filter(pk=merged.pk).update(merged_into=alpha.borrower, is_active=False)

    lines = list_loans(borrower=alpha.borrower, after=None, maximum=9)
    assert [line.status for line in lines] == ["submitted", "active", "overpaid", "withdrawn"]
    for after in (None, lines[0].id, lines[2].id):
        for maximum in (1, 2, 9):
            page = {"borrower": alpha.borrower, "after": after, "maximum": maximum}
            assert list_loans(**page) == list_loans_by_orm(**page)
