"""Loans as the API shows them to their borrower."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from apps.loans.book.cost import agreed_cost
from apps.loans.book.models import EventType, Loan, LoanEvent, Status
from apps.loans.book.projection import fold_loan
from apps.loans.book.queries.own_loans import LoanLine, line_of
from apps.loans.book.selectors.agreement import agreement_wanted
from apps.loans.book.workflow import TRANSITIONS, reason_shown, steps
from apps.loans.domain.calculator import state_json
from apps.loans.domain.cost import cost_json
from apps.loans.domain.snapshot import LoanSnapshot
from apps.mfis.core.api_types import amount_text
from apps.mfis.core.clock import business_date


def loan_row(line: LoanLine, today: date) -> dict[str, Any]:
    """One line of the borrower's list, from the projection alone."""
    days_past_due = (today - line.oldest_due_date).days if line.oldest_due_date else 0
    return {
        "id": line.id,
        "number": line.number,
        "product": line.product,
        "principal": amount_text(line.principal),
        "currency": line.currency,
        "status": line.status,
        "status_label": str(Status(line.status).label),
        "submitted_on": line.submitted_on,
        "disbursed_on": line.disbursed_on,
        "outstanding": amount_text(line.outstanding),
        "overpaid": amount_text(line.overpaid),
        "next_due_date": line.oldest_due_date,
        "next_due_amount": amount_text(line.next_due_amount),
        "days_past_due": max(days_past_due, 0) if line.status == Status.ACTIVE else 0,
    }


def loan_detail(loan: Loan) -> dict[str, Any]:
    """One loan with its steps and cost."""
    events = list(loan.events.in_booking_order())
    folded = fold_loan(loan, events=events)
    cost = cost_json(agreed_cost(loan, folded.disbursed_on), loan.terms.currency)
    status = Status(loan.state.status)
    return {
        **loan_row(line_of(loan), business_date()),
        "purpose": loan.purpose,
        "paid": amount_text(folded.total_paid),
        **{name: cost[name] for name in ("net", "apr", "eir")},
        "cost": cost,
        "steps": [asdict(step) for step in steps(status, events)],
        "reason": reason_shown(status, events),
        "may_withdraw": status in TRANSITIONS["withdraw"].sources,
        "may_change": status in TRANSITIONS["change"].sources,
        "agreement_wanted": status in TRANSITIONS["agree"].sources and agreement_wanted(loan),
        "questions": questions(events, loan.borrower_id),
    }


def questions(events: list[LoanEvent], borrower_id: UUID) -> list[dict[str, Any]]:
    """What the MFI asked and what the borrower answered, in the order that it was asked.

    `events` are in booking order. What an officer noted of an answer is not the borrower's to read.
    """
    asked: list[dict[str, Any]] = []
    for event in events:
        if event.type == EventType.INFO_REQUESTED:
            asked.append({"asked_on": event.value_date, "question": event.reason, "answered_on": None, "answer": ""})
        elif event.type == EventType.INFO_GIVEN and asked:
            answer = event.reason if event.actor_id == borrower_id else ""
            asked[-1] |= {"answered_on": event.value_date, "answer": answer}
    return asked


def statement_rows(loan: Loan, folded: LoanSnapshot) -> list[dict[str, Any]]:
    """The movements of money in booking order."""
    names = ("date", "type", "amount", "principal", "interest", "fees", "penalties", "balance", "undone")
    return [{name: row[name] for name in names} for row in state_json(folded, loan.terms.currency)["transactions"]]
