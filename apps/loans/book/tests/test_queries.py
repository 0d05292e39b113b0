"""The written-out queries give what the ORM gives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from apps.loans.applications.services.review import withdraw
from apps.loans.book.models import AccrualState, Installment, Loan, LoanEvent, LoanState
from apps.loans.book.projection import lines_of, make_projection, projections_written
from apps.loans.book.queries.bookings import INSTALLMENT, PROJECT, facts_of, write_lines_by_orm
from apps.loans.book.queries.own_loans import list_loans, list_loans_by_orm
from apps.loans.servicing.services.repayment import record_repayment
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.prepared import run_together
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


def test_facts_by_sql_and_by_the_orm_are_the_same(alpha: Branch, active: Callable[..., Loan]) -> None:
    """Of several loans, one of them without any; fields and order alike."""
    loans, nobody = [active(), active()], UUID(int=3)
    found = facts_of([*(loan.pk for loan in loans), nobody])
    for loan in loans:
        by_orm = list(loan.events.in_booking_order().defer("chain_seq", "chain_hash"))
        assert [told(event) for event in found[loan.pk].events] == [told(event) for event in by_orm]
        assert found[loan.pk].status == "active"
        assert found[loan.pk].read_at > by_orm[-1].recorded_at
    assert (found[nobody].status, found[nobody].events) == (None, [])


def told(event: LoanEvent) -> dict[str, Any]:
    return {name: value for name, value in event.__dict__.items() if not name.startswith("_")}


def test_projections_by_sql_and_by_the_orm_are_the_same(alpha: Branch, active: Callable[..., Loan]) -> None:
    """What is there, what is another, what lacks and what is too much of three loans; and one that earns no more."""
    loans = [active() for _ in range(3)]
    for loan in loans:
        receive = {"loan_id": loan.pk, "actor": alpha.staff["cashier"].actor, "channel": "cash"}
        record_repayment(**receive, amount=Decimal(100), value_date=TODAY)
    made = [make_projection(loan, list(loan.events.in_booking_order())) for loan in loans]
    (_, values), _ = projections_written(made, {})
    left = {}
    for way in ("sql", "orm"):
        with transaction.atomic():
            Installment.objects.filter(loan=loans[0], n__in=(2, 5)).delete()
            Installment.objects.filter(loan=loans[0], n=3).update(paid=1)
            Installment.objects.create(**{**surplus(loans[1]), "n": 99})
            LoanState.objects.filter(loan=loans[1]).update(status="closed", total_paid=7)
            AccrualState.objects.filter(loan=loans[2]).delete()
            if way == "sql":
                run_together((PROJECT, values))
            else:
                write_lines_by_orm(lines_of(made))
            left[way] = everything(loans)
            transaction.set_rollback(True)
    assert left["sql"] == left["orm"] == everything(loans)


def surplus(loan: Loan) -> dict[str, Any]:
    row = Installment.objects.filter(loan=loan).values().first()
    assert row is not None
    return {name: value for name, value in row.items() if name != "id"}


def everything(loans: list[Loan]) -> list[Any]:
    """All that is projected of the loans, but for the keys of installments."""
    of = {"loan__in": loans}
    return [
        list(LoanState.objects.filter(**of).order_by("loan").values()),
        list(AccrualState.objects.filter(**of).order_by("loan").values()),
        list(Installment.objects.filter(**of).order_by("loan", "n").values("loan", "n", *INSTALLMENT)),
    ]
