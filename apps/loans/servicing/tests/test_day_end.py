"""The end of a day: once, caught up, gone on with; and what time alone changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan, LoanState
from apps.loans.ledger.models import JournalEntry
from apps.loans.ledger.tests.books import held, receive
from apps.loans.ledger.verification import check_books
from apps.loans.products.models import Product
from apps.loans.servicing.services.day_end import end_day, run_due_days
from apps.mfis.core.actor import SYSTEM
from tests.factories import TODAY, Branch

D = Decimal


pytestmark = pytest.mark.django_db


def test_a_day_ends_once_and_missed_days_are_caught_up(alpha: Branch, active: Callable[..., Loan]) -> None:
    with tenant_context(alpha.mfi):
        loan = active(value_date=TODAY - timedelta(days=10))
        ended = run_due_days(actor=SYSTEM, through=TODAY - timedelta(days=1))
        assert [day_end.day for day_end in ended] == [TODAY - timedelta(days=n) for n in range(10, 0, -1)]
        entries = JournalEntry.objects.filter(source="accrual")
        assert entries.count() == 9  # a day after the pay-out the first interest is earned
        first = loan.installments.get(n=1)
        assert held("interest_receivable") == (first.interest * 9 / first.days).quantize(D("0.01"))
        assert run_due_days(actor=SYSTEM, through=TODAY - timedelta(days=1)) == []
        end_day(day=TODAY - timedelta(days=3), actor=SYSTEM)
        assert entries.count() == 9
        assert check_books(actor=SYSTEM).breaks == []


def test_an_interrupted_day_goes_on_where_it_stopped(
    alpha: Branch, active: Callable[..., Loan], monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.loans.servicing.services import day_end

    with tenant_context(alpha.mfi):
        active(value_date=TODAY - timedelta(days=3))
        whole = dict(day_end.STEPS)

        def fail(day: date) -> int:
            raise ConnectionError("the machine went down")

        monkeypatch.setitem(day_end.STEPS, "provision", fail)
        with pytest.raises(ConnectionError), transaction.atomic():
            end_day(day=TODAY, actor=SYSTEM)
        monkeypatch.setattr(day_end, "STEPS", whole)
        ended = end_day(day=TODAY, actor=SYSTEM)
        assert ended.finished_at is not None
        assert set(ended.steps) == set(whole)


def test_a_penalty_comes_with_the_day_and_goes_with_a_receipt_that_came_in_time(
    alpha: Branch, active: Callable[..., Loan]
) -> None:
    with tenant_context(alpha.mfi):
        Product.objects.filter(pk=alpha.product.pk).update(
            penalty_percent=D(10), penalty_of="principal_and_interest", penalty_after_days=5
        )
        loan = active(value_date=TODAY)
        first = loan.installments.get(n=1)
        owed = first.principal + first.interest
        assert loan.installments.filter(penalties__gt=0).exists()  # by today all of them are late
        LoanState.objects.filter(pk=loan.pk).update(folded_on=TODAY)
        past_due = first.due_date + timedelta(days=6)
        end_day(day=past_due, actor=SYSTEM)
        penalty = (owed * D("0.10")).quantize(D("0.01"))
        assert loan.installments.get(n=1).penalties == penalty
        assert LoanState.objects.get(pk=loan.pk).folded_on == past_due
        assert check_books(actor=SYSTEM).breaks == []
        receive(alpha, loan, str(owed), on=first.due_date)  # it had come in time, and was found only now
        assert loan.installments.get(n=1).penalties == 0
        assert check_books(actor=SYSTEM).breaks == []
