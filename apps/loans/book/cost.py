"""What a loan costs by the schedule that was agreed."""

from __future__ import annotations

from datetime import date

from apps.loans.book.models import Loan
from apps.loans.domain.cost import Cost, cost_of_credit
from apps.loans.domain.fold import quote


def agreed_cost(loan: Loan, disbursed_on: date | None) -> Cost:
    """The cost of the loan as agreed at its pay-out, whatever happened since; before it, as if paid out when applied.

    A loan in tranches is reckoned as paid out whole with the first of them, as it was agreed.
    """
    terms = loan.terms
    return cost_of_credit(terms, quote(terms, disbursed_on or loan.submitted_on))
