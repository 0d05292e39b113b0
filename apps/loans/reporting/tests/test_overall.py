"""What pages say of the whole book: counted of a small one, kept of a big one, and then with its time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from apps.loans.book.models import Loan
from apps.loans.reporting.models import KeptFigures
from apps.loans.reporting.selectors import overall as selectors
from apps.loans.reporting.services.snapshots import keep_figures, take_snapshot
from apps.loans.servicing.services.repayment import record_repayment
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from tests.factories import Branch

pytestmark = pytest.mark.django_db


@pytest.fixture
def loan(alpha: Branch, active: Callable[..., Loan]) -> Loan:
    return active(value_date=business_date() - timedelta(days=70))


def pay(alpha: Branch, loan: Loan) -> None:
    record_repayment(loan_id=loan.pk, actor=alpha.staff["cashier"].actor, amount=Decimal("111.10"), channel="cash")


def test_of_a_small_book_everything_is_as_it_stands(alpha: Branch, loan: Loan) -> None:
    keep_figures(business_date())
    pay(alpha, loan)
    found = selectors.overall(business_date())
    assert found.taken_at is None
    assert found == selectors.count_overall(business_date())
    assert not KeptFigures.objects.exists()
    assert "as at" not in alpha.client("manager").get("/admin/").content.decode()


def test_of_a_big_book_what_was_kept_is_told_with_its_time(
    alpha: Branch, loan: Loan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "COUNTED_AT_ONCE", 0)
    today = business_date()
    assert selectors.overall(today).taken_at is None  # the worker has not come yet
    counted, books = selectors.count_overall(today), selectors.count_books(today)
    take_snapshot(mfi=alpha.mfi, actor=SYSTEM)

    connection.set_tenant(alpha.mfi)
    pay(alpha, loan)
    kept = selectors.overall(today)
    assert kept.taken_at is not None
    assert replace(kept, taken_at=None) == counted
    assert replace(selectors.books(today), taken_at=None) == books
    page = alpha.client("manager").get("/admin/").content.decode()
    assert "as at" in page
    assert "111.10" in page  # what was collected today is never kept
    assert "As at" in alpha.client("accountant").get("/admin/loans/glaccount/books/").content.decode()
    assert "Balances as at" in alpha.client("accountant").get("/admin/loans/glaccount/").content.decode()


def test_what_was_kept_is_counted_anew_after_a_while(
    alpha: Branch, loan: Loan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "COUNTED_AT_ONCE", 0)
    today = business_date()
    before = keep_figures(today)
    pay(alpha, loan)
    assert keep_figures(today) == before
    KeptFigures.objects.update(taken_at=timezone.now() - timedelta(minutes=6))
    assert keep_figures(today).months[-1][2] == Decimal("111.10")
