"""The figures of a running loan that a file leaves out, worked out from what it tells and from the terms."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from apps.loans.domain.fold import fold
from apps.loans.domain.snapshot import LoanSnapshot
from apps.loans.domain.terms import Event
from apps.loans.domain.terms_parser import parse_agreed_terms
from apps.loans.servicing.running_loan import RowRefused, RunningLoan

ZERO, CENT = Decimal(0), Decimal("0.01")
ROUNDED = Decimal("0.02")  # what two systems that round otherwise may differ by, beside a cent for each installment


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


def as_by_the_month(row: RunningLoan) -> RunningLoan:
    """The row without its first due date, where that is only the end of a shorter month than the one of the pay-out:
    paid out on the 31st, due on 30 June, and then on 31 July."""
    first, paid_out = row.first_due_date, row.disbursed_on
    if first is None or first.day >= paid_out.day or first.day != monthrange(first.year, first.month)[1]:
        return row
    months = (first.year - paid_out.year) * 12 + first.month - paid_out.month
    return replace(row, first_due_date=None) if months == (row.repay_every or 1) else row


def with_arrears_since(row: RunningLoan, terms: dict[str, Any], day: date) -> RunningLoan:
    """The row with the day since which it is in arrears, where it tells what is overdue and not since when: what was
    paid went to the oldest installments, so that what is overdue are the last that fell due."""
    overdue = row.overdue_principal + row.overdue_interest
    if not overdue or row.arrears_since:
        return row
    lent = Event(1, "disbursement", row.disbursed_on, row.principal)
    fallen = [i for i in fold(parse_agreed_terms(terms), [lent], day).installments if i.due_date < day]
    since = None
    for installment in reversed(fallen):
        if since and overdue <= ROUNDED:
            break
        since = installment.due_date
        overdue -= installment.due["principal"] + installment.due["interest"] + CENT
    return replace(row, arrears_since=since)


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
