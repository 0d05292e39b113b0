"""A whole book of another system is taken on, and a month of business follows."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from apps.loans.book.models import Loan
from apps.loans.book.selectors.loans_as_of import loans_as_of
from apps.loans.book.selectors.positions import row_of, running_loans_on
from apps.loans.ledger.tests.books import held, settle_policy
from apps.loans.reporting.tests.test_positions import folded, told
from apps.loans.servicing.running_loan import RunningLoan
from apps.loans.servicing.services.day_end import run_due_days
from apps.loans.servicing.services.many_repayments import ReceiptRow, record_repayments
from apps.loans.servicing.tests.other_system import other_loan
from apps.loans.servicing.tests.taking_on import KINDS, cut_over, product_of, sound, take
from apps.mfis.core.actor import SYSTEM
from tests.factories import Branch

D = Decimal
ZERO = Decimal(0)
pytestmark = pytest.mark.django_db


def rows_of(alpha: Branch, count: int, day: date, chance: random.Random) -> list[RunningLoan]:
    """What the other system tells of so many loans of every kind."""
    products = {name: product_of(alpha, name, **settings) for name, settings in KINDS.items()}
    rows: list[RunningLoan] = []
    while len(rows) < count:
        name = chance.choice(list(KINDS))
        of = KINDS[name]
        kind = {
            "frequency": of.get("frequency", "months"),
            "flat": of.get("interest_method") == "flat",
            "bullet": of.get("amortization") == "bullet",
        }
        row = other_loan(len(rows), day, chance, **kind).tells(day, alpha.borrower.pk, products[name].pk)
        rows += [row] if row else []
    return rows


def compare(rows: list[RunningLoan], day: date) -> None:
    """Each loan and the control accounts against what was told, to the cent."""
    told = {row.external_number: row for row in rows}
    for then in loans_as_of(day):
        row, arrears = told.pop(then.loan.external_number), then.folded.arrears
        assert then.folded.outstanding("principal") == row.outstanding
        assert arrears.amounts["principal"] == row.overdue_principal
        assert arrears.amounts["interest"] == row.overdue_interest
        assert arrears.oldest_due_date == row.arrears_since
        assert then.folded.outstanding("fees") == row.fees
        assert then.folded.outstanding("penalties") == row.penalties
    assert not told
    assert held("loans") == sum(row.outstanding for row in rows)
    assert held("fees_receivable") == sum(row.fees for row in rows)
    assert held("penalties_receivable") == sum(row.penalties for row in rows)
    interest = (row.overdue_interest + (row.accrued_interest or ZERO) for row in rows)
    assert held("interest_receivable") == sum(interest, ZERO)


def told_alike(day: date) -> None:
    """What positions tell of days around the cut-over is what folding gives."""
    for since, until in ((-40, -1), (-20, 0), (0, 0), (-3, 30), (5, 20)):
        first, last = day + timedelta(days=since), day + timedelta(days=until)
        assert told(first, last, None) == folded(first, last, None)
        running = [loan for loan in loans_as_of(last) if loan.is_active]
        assert {row.id: row for row in running_loans_on(last).rows} == {loan.loan.pk: row_of(loan) for loan in running}


def test_a_book_of_another_system_goes_on(alpha: Branch) -> None:
    settle_policy(recognition="accrual")
    chance, day = random.Random(7), cut_over()
    rows = rows_of(alpha, 300, day, chance)
    assert [result.errors for result in take(alpha, *rows) if result.errors] == []
    compare(rows, day)
    by_number = dict(Loan.objects.values_list("external_number", "pk"))
    receipts = [
        ReceiptRow(
            by_number[row.external_number],
            D(chance.randint(10, 900)),
            "cash",
            value_date=day + timedelta(days=chance.randint(0, 34)),
            accept_overpayment=True,
        )
        for row in chance.sample(rows, 200)
    ]
    booked = record_repayments(rows=receipts, actor=alpha.staff["cashier"].actor, all_or_nothing=False)
    assert sum(1 for result in booked if result.receipt) > 150
    run_due_days(actor=SYSTEM)
    told_alike(day)
    sound(alpha)
