"""A borrower's own loans, a line each. Read at every visit to the portal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from apps.loans.models import Loan
from apps.mfis.prepared import Query
from apps.users.models import Account


class LoanLine(NamedTuple):
    """A loan as a list shows it, in the order of the columns of `LINES`."""

    id: UUID
    number: str
    product: str
    principal: Decimal
    currency: str
    status: str
    submitted_on: date
    disbursed_on: date | None
    outstanding: Decimal
    overpaid: Decimal
    oldest_due_date: date | None
    next_due_amount: Decimal


# Written out: the ORM took several times as long to write it for three wide tables as PostgreSQL to run it.
# Whoever was merged into the borrower (services/merging.py) counts as the borrower. $1: borrower.
LINES = """
    SELECT loan.id, loan.number::text, product.name::text, loan.principal::numeric,
           coalesce(loan.terms_agreed #>> '{currency,code}', 'LSL'), state.status::text, loan.submitted_on,
           state.disbursed_on, state.principal_outstanding + state.interest_outstanding + state.charges_outstanding,
           state.overpaid::numeric, state.oldest_due_date, state.next_due_amount::numeric
      FROM loans_loan loan
      JOIN loans_loanstate state ON state.loan_id = loan.id
      JOIN loans_product product ON product.id = loan.product_id
     WHERE loan.borrower_id = ANY(ARRAY(SELECT id FROM users_account WHERE id = $1 OR merged_into_id = $1))
"""
NEWEST = Query("own_loans", "uuid, int", f"{LINES} ORDER BY loan.id DESC LIMIT $2")
FOLLOWING = Query("own_loans_after", "uuid, int, uuid", f"{LINES} AND loan.id < $3 ORDER BY loan.id DESC LIMIT $2")
ONE = f"{LINES} AND loan.id = $2"  # for a statement that does more with it


def list_loans(*, borrower: Account, after: UUID | None, most: int) -> list[LoanLine]:
    """The borrower's applications and loans before `after` (all where None), newest first, `most` at the most."""
    found = FOLLOWING.rows(borrower.pk, most, after) if after else NEWEST.rows(borrower.pk, most)
    return [LoanLine._make(row) for row in found]


def line_of(loan: Loan) -> LoanLine:
    """The same of a loan that is loaded already, with its state and product."""
    state = loan.state
    return LoanLine(
        loan.pk,
        loan.number,
        loan.product.name,
        loan.principal,
        loan.currency,
        state.status,
        loan.submitted_on,
        state.disbursed_on,
        state.total_outstanding,
        state.overpaid,
        state.oldest_due_date,
        state.next_due_amount,
    )
