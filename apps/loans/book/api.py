"""How a borrower's own loan is found: another's id does not exist."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from ninja import Router

from apps.loans.book.models import Loan
from apps.mfis.core.errors import NotFound
from apps.users.access.api.auth import borrower

Row = TypeVar("Row", bound=Model)

# `/loans` takes what two rooms answer: an address that stands in two routers would be refused in one.
loans_router = Router(tags=["loans"])


def own_loan(request: HttpRequest, loan_id: UUID) -> Loan:
    """The caller's loan.

    Raises:
        NotFound: no such loan, or somebody else's.
    """
    own = Loan.objects.of_borrower(borrower(request).pk).there()
    loan = own.select_related("state", "product", "borrower").filter(pk=loan_id).first()
    if loan is None:
        raise NotFound("There is no such loan.")
    return loan


def page_of(rows: QuerySet[Row], after: UUID | None, maximum: int) -> tuple[list[Row], UUID | None]:
    """A page of at most `maximum` rows whose keys are UUIDv7, newest first, and the cursor of the one that follows."""
    if after:
        rows = rows.filter(pk__lt=after)
    page = list(rows.order_by("-pk")[: maximum + 1])
    return page[:maximum], page[maximum - 1].pk if len(page) > maximum else None
