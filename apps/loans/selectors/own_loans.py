"""A borrower's own loans, a line each. Read at every visit to the portal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from apps.loans.models import Loan
from apps.mfis.database import connection
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
# Whoever was merged into the borrower (services/merging.py) counts as the borrower.
LINES = """
    SELECT loan.id, loan.number, product.name, loan.principal,
           coalesce(loan.terms_agreed #>> '{currency,code}', 'LSL'), state.status, loan.submitted_on,
           state.disbursed_on, state.principal_outstanding + state.interest_outstanding + state.charges_outstanding,
           state.overpaid, state.oldest_due_date, state.next_due_amount
      FROM loans_loan loan
      JOIN loans_loanstate state ON state.loan_id = loan.id
      JOIN loans_product product ON product.id = loan.product_id
     WHERE loan.borrower_id IN (SELECT id FROM users_account WHERE id = %(borrower)s OR merged_into_id = %(borrower)s)
       AND (%(loan)s::uuid IS NULL OR loan.id = %(loan)s)
       AND (%(after)s::uuid IS NULL OR loan.id < %(after)s)
     ORDER BY loan.id DESC
     LIMIT %(most)s
"""


def list_loans(*, borrower: Account, after: UUID | None, most: int) -> list[LoanLine]:
    """The borrower's applications and loans before `after` (all where None), newest first, `most` at the most."""
    return _lines({"borrower": borrower.pk, "loan": None, "after": after, "most": most})


def find_own(*, borrower: Account, loan_id: UUID) -> LoanLine | None:
    """One loan of the borrower's; None where it is not theirs, or not there."""
    return next(iter(_lines({"borrower": borrower.pk, "loan": loan_id, "after": None, "most": 1})), None)


def _lines(values: dict[str, Any]) -> list[LoanLine]:
    with connection.cursor() as cursor:
        cursor.execute(LINES, values)
        return [LoanLine._make(row) for row in cursor.fetchall()]


def line_of(loan: Loan) -> LoanLine:
    """The same of a loan that is loaded already, with its state and product."""
    state = loan.state
    return LoanLine(
        loan.pk, loan.number, loan.product.name, loan.principal, loan.currency, state.status, loan.submitted_on,
        state.disbursed_on, state.total_outstanding, state.overpaid, state.oldest_due_date, state.next_due_amount,
    )  # fmt: skip
