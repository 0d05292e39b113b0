"""The books follow the loans and balance; the database refuses anything else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan
from apps.loans.ledger import accrual, reports
from apps.loans.ledger.models import JournalLine
from apps.loans.ledger.tests.books import held, receive, run_sql, settle_policy
from apps.loans.ledger.verification import check_books
from apps.loans.reporting.services.closing import close_period
from apps.mfis.core.actor import SYSTEM
from tests.factories import TODAY, Branch

D = Decimal


pytestmark = pytest.mark.django_db


def test_the_books_follow_a_loan(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan = active()
    with tenant_context(alpha.mfi):
        lent = loan.principal
        assert held("loans") == lent
        receive(alpha, loan, "300.00")
        state = loan.state
        state.refresh_from_db()
        assert held("loans") == state.principal_outstanding
        assert held("mpesa") == D("300.00")
        assert sum((b.amount for b in reports.balances(TODAY)), D(0)) == 0
        assert check_books(actor=SYSTEM).breaks == []


@pytest.mark.parametrize("recognition", ["cash", "accrual"])
def test_income_counts_as_the_mfi_chose(alpha: Branch, active: Callable[..., Loan], recognition: str) -> None:
    with tenant_context(alpha.mfi):
        settle_policy(recognition=recognition)
        loan = active()
        first = loan.installments.get(n=1)
        receive(alpha, loan, str(first.principal + first.interest))
        paid = -held("interest_income")
        assert paid == (first.interest if recognition == "cash" else D(0))
        assert held("interest_receivable") == (D(0) if recognition == "cash" else -first.interest)
        accrual.post_accruals(first.due_date)
        assert -held("interest_income") == first.interest
        assert held("interest_receivable") == 0
        assert accrual.post_accruals(first.due_date) == 0  # run twice, it adds nothing
        assert check_books(actor=SYSTEM).breaks == []


def test_raw_sql_cannot_unbalance_or_reopen_the_books(alpha: Branch, active: Callable[..., Loan]) -> None:
    loan = active(value_date=TODAY - timedelta(days=40))
    with tenant_context(alpha.mfi):
        close_period(through=TODAY - timedelta(days=5), actor=alpha.staff["accountant"].actor)
        line = JournalLine.objects.first()
        assert line is not None
        entry = (
            "INSERT INTO loans_journalentry (id, node, source, posted_on, value_date, narrative, actor_name) "
            "VALUES (gen_random_uuid(), 'A', 'manual', '{day}', '{day}', 'x', '') RETURNING id"
        )
        refused = [
            f"UPDATE loans_journalline SET amount = amount + 1 WHERE id = '{line.pk}'",
            "DELETE FROM loans_journalentry",
            "DELETE FROM loans_periodclosing",
            "TRUNCATE loans_journalline CASCADE",
            "UPDATE loans_loanevent SET amount = 1",
            entry.format(day=TODAY - timedelta(days=6)),
            # a line added to an entry of an earlier transaction, even on an open day
            "INSERT INTO loans_journalline (id, node, entry_id, account_id, amount, posted_on) "
            f"VALUES (gen_random_uuid(), 'A', '{line.entry_id}', '{line.account_id}', 5, '{TODAY}')",
        ]
        for statement in refused:
            with pytest.raises(IntegrityError, match=r"is refused|books are closed|posted with its entry"):
                run_sql("SET CONSTRAINTS ALL IMMEDIATE", statement)
        lines = (
            "INSERT INTO loans_journalline (id, node, entry_id, account_id, amount, posted_on) SELECT "
            f"gen_random_uuid(), 'A', id, '{line.account_id}', 5, posted_on FROM loans_journalentry "
            "WHERE narrative = 'x'"
        )
        with pytest.raises(IntegrityError, match="differ by 5"):
            run_sql(entry.format(day=TODAY), lines, "SET CONSTRAINTS ALL IMMEDIATE")
        assert loan.pk
        assert check_books(actor=SYSTEM).breaks == []
