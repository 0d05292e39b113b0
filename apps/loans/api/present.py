"""Loans as the API shows them to their borrower."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from apps.loans.domain.calculator import state_json
from apps.loans.domain.fold import quote
from apps.loans.domain.rates import apr, eir
from apps.loans.domain.state import LoanState as Folded
from apps.loans.models import Loan
from apps.loans.models.event import EventType
from apps.loans.models.projection import Status
from apps.loans.projection import fold_loan
from apps.loans.selectors.loan_page import steps
from apps.loans.selectors.own_loans import LoanLine, line_of
from apps.loans.transitions import TRANSITIONS
from apps.mfis.clock import business_date


def _text(amount: Decimal) -> str:
    return f"{amount:.2f}"


def loan_row(line: LoanLine, today: date) -> dict[str, Any]:
    """One line of the borrower's list, from the projection alone."""
    late = (today - line.oldest_due_date).days if line.oldest_due_date else 0
    return {
        "id": line.id,
        "number": line.number,
        "product": line.product,
        "principal": _text(line.principal),
        "currency": line.currency,
        "status": line.status,
        "status_label": str(Status(line.status).label),
        "submitted_on": line.submitted_on,
        "disbursed_on": line.disbursed_on,
        "outstanding": _text(line.outstanding),
        "overpaid": _text(line.overpaid),
        "next_due_date": line.oldest_due_date,
        "next_due_amount": _text(line.next_due_amount),
        "days_late": max(late, 0) if line.status == Status.ACTIVE else 0,
    }


def loan_detail(loan: Loan) -> dict[str, Any]:
    """One loan with its steps and cost."""
    events = list(loan.events.order_by("recorded_at", "id"))
    folded = fold_loan(loan, events=events)
    terms = loan.terms
    promised = quote(terms, folded.disbursed_on or loan.submitted_on)  # what was agreed, whatever was paid since
    rate, effective = apr(terms, promised), eir(terms, promised)
    told = {Status.REJECTED: EventType.REJECTED, Status.INFO_REQUESTED: EventType.INFO_REQUESTED}
    asked = told.get(Status(loan.state.status))
    reason = next((e.reason for e in reversed(events) if e.type == asked), "")
    return {
        **loan_row(line_of(loan), business_date()),
        "purpose": loan.purpose,
        "paid": _text(folded.total_paid),
        "net": _text(loan.principal - promised.fees_at_disbursement - promised.savings),
        "apr": None if rate is None else str(rate),
        "eir": None if effective is None else str(effective),
        "steps": [{"label": step.label, "state": step.state} for step in steps(Status(loan.state.status), events)],
        "reason": reason,
        "may_withdraw": loan.state.status in TRANSITIONS["withdraw"].sources,
    }


def statement_rows(loan: Loan, folded: Folded) -> list[dict[str, Any]]:
    """The movements of money in booking order."""
    names = ("date", "type", "amount", "principal", "interest", "fees", "penalties", "balance", "undone")
    found: list[dict[str, Any]] = state_json(folded, loan.terms.currency)["transactions"]
    return [{name: row[name] for name in names} for row in found]
