"""Promises to pay that want somebody's eye."""

from __future__ import annotations

from datetime import date

from apps.loans.book.models import Loan
from apps.loans.collections.models import Promise, Standing


def promises_of(loan: Loan, on: date) -> list[Promise]:
    """The loan's promises with what became of them by `on`, the latest first, at most ten."""
    return list(Promise.promises.judged(on).filter(loan=loan).order_by("-day")[:10])


def promises_due(on: date) -> int:
    """Promises whose day is `on` and that are not kept yet."""
    return Promise.promises.judged(on).filter(day=on.isoformat(), standing=Standing.DUE).count()
