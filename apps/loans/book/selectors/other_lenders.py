"""What a borrower owes at other lenders, as the loan's own events keep the answer."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from apps.loans.book.models import EventType, Loan


@dataclass(frozen=True, slots=True)
class Exposure:
    """What is owed at other lenders, in sums alone, when somebody last asked for this loan."""

    lenders: int
    outstanding: Decimal
    monthly_installments: Decimal
    worst_days_past_due: int  # in the twelve months before
    asked_at: str  # in ISO's form


def other_lenders_exposure(loan: Loan) -> Exposure | None:
    """What the last inquiry for this loan told; None where nobody asked."""
    answers = loan.events.of_type(EventType.NOTE).filter(payload__has_key="elsewhere").latest_first()
    payload = answers.values_list("payload", flat=True).first()
    if payload is None:
        return None
    told = payload["elsewhere"]
    return Exposure(
        lenders=told["lenders"],
        outstanding=Decimal(told["outstanding"]),
        monthly_installments=Decimal(told["monthly_installments"]),
        worst_days_past_due=told["worst_days_late"],
        asked_at=told["asked_at"],
    )


def other_lenders_installments(loan: Loan) -> Decimal:
    """What the borrower pays a month at other lenders, as far as anybody asked for this loan."""
    exposure = other_lenders_exposure(loan)
    return exposure.monthly_installments if exposure else Decimal(0)
