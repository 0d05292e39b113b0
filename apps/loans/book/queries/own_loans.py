"""A borrower's own loans, a line each. Read at every visit to the portal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from apps.loans.book.models import Loan
from apps.mfis.core.prepared import Query
from apps.users.accounts.models import Account


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


# Written out and prepared: for three wide tables the ORM took several times as long to write the statement, and
# PostgreSQL to plan it, as to run it; bench/api.py measures it. The same by the ORM is `list_loans_by_orm`, and a test
# holds the two against each other.
# Whoever was merged into the borrower counts as the borrower. $1: borrower.
LINES = """
    SELECT loan.id, loan.number::text, product.name::text,
           coalesce((state.amended #>> '{terms,principal}')::numeric, loan.principal::numeric),
           coalesce(loan.terms_agreed #>> '{currency,code}', 'LSL'), state.status::text, loan.submitted_on,
           state.disbursed_on, state.principal_outstanding + state.interest_outstanding + state.charges_outstanding
               AS outstanding,
           state.overpaid::numeric, state.oldest_due_date, state.next_due_amount::numeric
      FROM loans_loan loan
      JOIN loans_loanstate state ON state.loan_id = loan.id
      JOIN loans_product product ON product.id = loan.product_id
     WHERE loan.borrower_id = ANY(ARRAY(SELECT id FROM users_account WHERE id = $1 OR merged_into_id = $1))
       AND state.status <> 'taken_back'
"""

NEWEST = Query("own_loans", "uuid, int", f"{LINES} ORDER BY loan.id DESC LIMIT $2")

FOLLOWING = Query("own_loans_after", "uuid, int, uuid", f"{LINES} AND loan.id < $3 ORDER BY loan.id DESC LIMIT $2")

ONE = f"{LINES} AND loan.id = $2"  # for a statement that does more with it


def list_loans(*, borrower: Account, after: UUID | None, maximum: int) -> list[LoanLine]:
    """The borrower's applications and loans before `after` (all where None), newest first, at most `maximum`."""
    rows = FOLLOWING.rows(borrower.pk, maximum, after) if after else NEWEST.rows(borrower.pk, maximum)
    return [LoanLine._make(row) for row in rows]


def list_loans_by_orm(*, borrower: Account, after: UUID | None, maximum: int) -> list[LoanLine]:
    """The same as `list_loans`, as it would stand here were it not asked for so often."""
    loans = Loan.objects.of_borrower(borrower.pk).there().select_related("state", "product")
    if after:
        loans = loans.filter(pk__lt=after)
    return [line_of(loan) for loan in loans.order_by("-pk")[:maximum]]


def line_of(loan: Loan) -> LoanLine:
    """The line of a loan that is loaded already, with its state and product."""
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
