"""What tests of loans that are taken on ask with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from apps.loans.book.models import Loan
from apps.loans.book.projection_check import differences
from apps.loans.ledger import reports
from apps.loans.ledger.verification import check_books
from apps.loans.products.models import Product
from apps.loans.products.services import create_product
from apps.loans.servicing.running_loan import RunningLoan
from apps.loans.servicing.services.take_on import RowTaken, take_on_loans
from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.clock import business_date
from tests.factories import Branch

D = Decimal

KINDS: dict[str, dict[str, Any]] = {
    "declining": {},
    "equal principal by the week": {"amortization": "equal_principal", "frequency": "weeks"},
    "flat": {"interest_method": "flat"},
    "bullet": {"amortization": "bullet"},
    "by the day": {"interest_period": "daily"},
    "progressive": {"schedule_type": "progressive"},
    "recalculated": {"interest_period": "daily", "recalculate_interest": True},
    "penalties": {"penalty_percent": D(2), "penalty_every": "month"},
    "in duplum": {"in_duplum": True, "penalty_percent": D(5), "penalty_of": "principal_and_interest"},
    "graced": {"grace_principal": 2},
}


def cut_over() -> date:
    return business_date() - timedelta(days=35)


def product_of(alpha: Branch, name: str, **settings: Any) -> Product:
    usual = {
        "rate": D(24),
        "rate_per": "year",
        "interest_method": "declining_balance",
        "principal_min": D(100),
        "principal_default": D(1000),
        "principal_max": D(50000),
        "installments_min": 1,
        "installments_default": 12,
        "installments_max": 36,
    }
    return create_product(actor=alpha.staff["manager"].actor, mfi=alpha.mfi, name=name, **{**usual, **settings})


def running(alpha: Branch, number: str = "OLD-1", **changed: Any) -> RunningLoan:
    """A loan of twelve months of which the fifth is overdue by half."""
    lent = date(cut_over().year, cut_over().month, 5) - timedelta(days=150)
    row = RunningLoan(
        borrower_id=alpha.borrower.pk,
        product_id=alpha.product.pk,
        external_number=number,
        disbursed_on=lent,
        principal=D("12000.00"),
        installments=12,
        outstanding=D("8000.00"),
    )
    return replace(row, **changed)


def take(alpha: Branch, *rows: RunningLoan, on: date | None = None, **options: Any) -> list[RowTaken]:
    wanted = {"all_or_nothing": False, "currency": "LSL", "actor": alpha.staff["accountant"].actor, **options}
    return take_on_loans(rows=list(rows), cut_over=on or cut_over(), **wanted)


def late(alpha: Branch, number: str = "OLD-2") -> RunningLoan:
    """The same with one installment overdue."""
    row = running(alpha, number)
    dues = [day for day in _months(row) if day < cut_over()]
    return replace(
        row,
        overdue_principal=D("900.00"),
        overdue_interest=D("160.00"),
        fees=D("12.50"),
        penalties=D("7.50"),
        arrears_since=dues[-1],
    )


def _months(row: RunningLoan) -> list[date]:
    months = [row.disbursed_on.month + n for n in range(1, 13)]
    return [date(row.disbursed_on.year + (m - 1) // 12, (m - 1) % 12 + 1, row.disbursed_on.day) for m in months]


def sound(alpha: Branch) -> None:
    assert check_books(actor=SYSTEM).breaks == []
    assert [d for loan in Loan.objects.select_related("state") for d in differences(loan)] == []
    assert sum((b.amount for b in reports.balances(business_date())), D(0)) == 0
