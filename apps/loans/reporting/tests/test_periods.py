"""Closed periods: what comes late is an adjustment, and a year end carries the result."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan
from apps.loans.ledger import reports
from apps.loans.ledger.models import JournalEntry
from apps.loans.ledger.tests.books import held, receive, settle_policy
from apps.loans.ledger.verification import check_books
from apps.loans.reporting.services.closing import close_period
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import InvalidInput, NotAllowed, WrongState
from tests.factories import TODAY, Branch

pytestmark = pytest.mark.django_db


def test_a_late_fact_becomes_an_adjustment_on_the_first_open_day(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan = active(value_date=TODAY - timedelta(days=40))
    with tenant_context(alpha.mfi):
        closed = TODAY - timedelta(days=5)
        close_period(through=closed, actor=alpha.staff["accountant"].actor)
        receive(alpha, loan, "100.00", on=TODAY - timedelta(days=20))
        entry = JournalEntry.objects.filter(event__type="repayment").get()
        assert (entry.posted_on, entry.value_date) == (closed + timedelta(days=1), TODAY - timedelta(days=20))
        assert "adjusted" in entry.narrative
        assert check_books(actor=SYSTEM).breaks == []
        with pytest.raises(WrongState):
            close_period(through=closed, actor=alpha.staff["accountant"].actor)
        with pytest.raises(InvalidInput):
            close_period(through=business_date(), actor=alpha.staff["accountant"].actor)
        with pytest.raises(NotAllowed):
            close_period(through=TODAY - timedelta(days=1), actor=alpha.staff["cashier"].actor)


def test_a_year_end_carries_the_result(alpha: Branch, active: Callable[..., Loan]) -> None:
    with tenant_context(alpha.mfi):
        settle_policy(recognition="cash", fiscal_year_starts=3)  # the year ended on 28 February
        loan = active(value_date=date(2026, 1, 15))
        receive(alpha, loan, "500.00", on=date(2026, 2, 20))
        income, _, result = reports.income_statement(date(2025, 3, 1), date(2026, 2, 28))
        assert result == income.total > 0
        closing = close_period(through=date(2026, 2, 28), actor=alpha.staff["accountant"].actor)
        assert closing.is_year_end
        assert -held("retained") == result
        assert reports.income_statement(date(2025, 3, 1), date(2026, 2, 28))[2] == result
        assert reports.income_statement(date(2026, 3, 1), TODAY)[2] == 0
        assets, liabilities, equity = reports.balance_sheet(TODAY)
        assert assets.total == liabilities.total + equity.total
        assert check_books(actor=SYSTEM).breaks == []
