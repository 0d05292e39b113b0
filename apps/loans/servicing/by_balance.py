"""The figures of a running loan of which only the balance of its account is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from apps.loans.domain.fold import fold
from apps.loans.domain.snapshot import LoanSnapshot
from apps.loans.domain.terms import Event
from apps.loans.domain.terms_parser import parse_agreed_terms
from apps.loans.servicing.running_loan import RowRefused, RunningLoan

ZERO = Decimal(0)


def with_figures(row: RunningLoan, terms: dict[str, Any], balance: Decimal, day: date) -> RunningLoan:
    """The row with what of its `balance` (principal, and all interest that fell due up to `day`, less all that was
    paid) is principal, what is overdue, and since when: as what was paid goes by the terms to the oldest installments.

    Raises:
        RowRefused: the balance is more than was ever charged.
    """
    agreed = parse_agreed_terms(terms)
    lent = Event(1, "disbursement", row.disbursed_on, row.principal)
    charged = row.principal + sum(
        (i.due["interest"] for i in fold(agreed, [lent], day).installments if i.due_date <= day), ZERO
    )
    paid = charged - balance
    if paid < 0:
        text = f"By {day:%-d %b %Y} {charged:,.2f} was charged, principal and interest; the balance is more than that."
        raise RowRefused({"balance": [text]})
    received = [Event(2, "repayment", day, paid)] if paid else []
    return _figured(row, fold(agreed, [lent, *received], day))


def _figured(row: RunningLoan, stood: LoanSnapshot) -> RunningLoan:
    late = [i for i in stood.installments if i.due_date < stood.as_of and i.outstanding > 0]
    billed = [i for i in stood.installments if i.due_date <= stood.as_of]
    open_now = next((i for i in stood.installments if i.outstanding > 0 and i not in late), None)
    return replace(
        row,
        outstanding=stood.outstanding("principal"),
        overdue_principal=sum((i.left("principal") for i in late), ZERO),
        overdue_interest=sum((i.left("interest") for i in late), ZERO),
        interest_outstanding=sum((i.left("interest") for i in billed), ZERO),
        arrears_since=late[0].due_date if late else None,
        next_due_date=row.next_due_date or (open_now.due_date if open_now else None),
    )
