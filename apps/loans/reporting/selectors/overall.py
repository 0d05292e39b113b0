"""What pages say of the whole book: counted when asked of a small one, kept by the worker of a big one.

Both are the same figures by the same queries. Those that were kept say of when they are, wherever they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Sum

from apps.loans.book.models import LoanState
from apps.loans.ledger import reports
from apps.loans.ledger.models import JournalLine
from apps.loans.reporting.models import KeptFigures
from apps.loans.reporting.selectors.portfolio import Portfolio, ageing, by_status, months, portfolio

COUNTED_AT_ONCE = 5_000  # loans and applications up to which everything is counted when a page is opened

NAME = "overall"


@dataclass(frozen=True, slots=True)
class Overall:
    """The portfolio as it stood at `taken_at`, None where that is now. Amounts in the MFI's currency."""

    portfolio: Portfolio
    ageing: list[tuple[str, Decimal]]
    by_status: dict[str, int]
    months: list[tuple[date, Decimal, Decimal]]  # the month, disbursed, collected
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Books:
    """The balance of each account, debit above zero, and the result of the fiscal year so far."""

    balances: dict[UUID, Decimal]
    income: Decimal
    expense: Decimal
    taken_at: datetime | None = None

    @property
    def result(self) -> Decimal:
        return self.income - self.expense


def is_big() -> bool:
    """Whether the book is too big to be counted whenever a page is opened."""
    return LoanState.objects.order_by()[: COUNTED_AT_ONCE + 1].count() > COUNTED_AT_ONCE


def overall(day: date) -> Overall:
    """The portfolio as the dashboard shows it on `day`."""
    kept = _kept()
    if kept is None:
        return count_overall(day)
    told = kept.figures["overall"]
    return Overall(
        portfolio=_portfolio_of(told["portfolio"]),
        ageing=[(label, Decimal(amount)) for label, amount in told["ageing"]],
        by_status=told["by_status"],
        months=[(date.fromisoformat(m), Decimal(d), Decimal(c)) for m, d, c in told["months"]],
        taken_at=kept.taken_at,
    )


def books(day: date) -> Books:
    """The books as their pages show them on `day`."""
    kept = _kept()
    if kept is None:
        return count_books(day)
    told = kept.figures["books"]
    balances = {UUID(account): Decimal(amount) for account, amount in told["balances"].items()}
    return Books(balances, Decimal(told["income"]), Decimal(told["expense"]), kept.taken_at)


def count_overall(day: date) -> Overall:
    """The portfolio as it stands now, from every loan and every movement of six months."""
    return Overall(portfolio(day), ageing(day), by_status(), months(day))


def count_books(day: date) -> Books:
    """The books as they stand now, from every line."""
    lines = JournalLine.objects.order_by().values_list("account").annotate(total=Sum("amount"))
    income, expense, _ = reports.income_statement(reports.year_start(day), day)
    return Books(dict(lines), income.total, expense.total)


def as_kept(portfolio: Overall, books: Books) -> dict[str, Any]:
    """Both as they are kept: amounts as texts, days as ISO dates."""
    return {
        "overall": {
            "portfolio": {f.name: str(getattr(portfolio.portfolio, f.name)) for f in fields(Portfolio)},
            "ageing": [[label, str(amount)] for label, amount in portfolio.ageing],
            "by_status": portfolio.by_status,
            "months": [[m.isoformat(), str(d), str(c)] for m, d, c in portfolio.months],
        },
        "books": {
            "balances": {str(account): str(amount) for account, amount in books.balances.items()},
            "income": str(books.income),
            "expense": str(books.expense),
        },
    }


def _kept() -> KeptFigures | None:
    """What is kept; None where the book is small, or the worker has not counted it yet."""
    return KeptFigures.objects.filter(pk=NAME).first() if is_big() else None


def _portfolio_of(told: dict[str, str]) -> Portfolio:
    """From texts; what is no amount is a number of loans or people."""
    counts = ("borrowers", "loans", "overdue_loans")
    amounts: dict[str, Any] = {name: int(text) if name in counts else Decimal(text) for name, text in told.items()}
    return Portfolio(**amounts)
