"""What has been paid out of a loan, and what a pay-out would hand over."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Sum

from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.book.projection import fold_loan
from apps.loans.domain.cost import KeptBack, kept_back


def net_disbursement(loan: Loan, on: date, amount: Decimal | None = None) -> tuple[Decimal, KeptBack]:
    """What the borrower receives and what is kept back, if `amount` (by default all that is left) is paid out `on`.

    Kept back are fees, savings and a down payment paid at once: what the fold with the pay-out has more than without.
    """
    paid_out = amount if amount is not None else loan.principal - drawn(loan)
    facts = list(loan.events.in_booking_order())
    draft = LoanEvent(loan=loan, type=EventType.DISBURSED, amount=paid_out, value_date=on)
    kept = kept_back(fold_loan(loan, events=[*facts, draft]))
    if any(e.type == EventType.DISBURSED for e in facts):
        kept -= kept_back(fold_loan(loan, events=facts))
    return paid_out - kept.total, kept


def drawn(loan: Loan) -> Decimal:
    """What has been paid out of the loan so far; of one that was taken on, another system paid out all."""
    if loan.events.of_type(EventType.TAKEN_ON).standing().exists():
        return loan.principal
    disbursed = loan.events.of_type(EventType.DISBURSED).standing().aggregate(total=Sum("amount"))
    return disbursed["total"] or Decimal(0)
