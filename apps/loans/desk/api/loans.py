"""A borrower's own loans. Every look-up is scoped to the caller: another's id does not exist."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest

from apps.loans.book.api import loans_router, own_loan
from apps.loans.book.presentation import loan_detail, loan_row
from apps.loans.book.queries.own_loans import list_loans
from apps.loans.book.schemas import LoanDetail, LoanPage
from apps.mfis.core.api_types import REFUSED, After, Most
from apps.mfis.core.clock import business_date
from apps.users.access.api.auth import ANY, borrower


@loans_router.get("/loans", response={200: LoanPage, **REFUSED}, auth=ANY)
def loans(request: HttpRequest, after: After = None, most: Most = 50) -> Any:
    """One's own applications and loans, newest first, in pages."""
    today, found = business_date(), list_loans(borrower=borrower(request), after=after, maximum=most + 1)
    return {
        "items": [loan_row(line, today) for line in found[:most]],
        "next": found[most - 1].id if len(found) > most else None,
    }


@loans_router.get("/loans/{uuid:loan_id}", response={200: LoanDetail, **REFUSED}, auth=ANY)
def loan(request: HttpRequest, loan_id: UUID) -> Any:
    """One loan: where it stands, what it costs, what is due next."""
    return loan_detail(own_loan(request, loan_id))
