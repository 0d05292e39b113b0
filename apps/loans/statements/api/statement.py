"""Schedule, receipts and statement of a borrower's own loan."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from ninja import Router

from apps.loans.book.api import own_loan
from apps.loans.book.models import RECEIPTS, EventType, LoanEvent
from apps.loans.book.presentation import statement_rows
from apps.loans.book.projection import fold_loan
from apps.loans.domain.calculator import state_json
from apps.loans.products.schemas import InstallmentOut
from apps.loans.statements.schemas import RepaymentOut, StatementOut, StatementRow
from apps.mfis.core.api_types import REFUSED, amount_text
from apps.mfis.core.clock import business_date
from apps.mfis.tenancy.requests import TenantRequest
from apps.users.access.api.auth import ANY
from apps.users.exporting.writing import Table, download

router = Router(tags=["loans"])

_AMOUNT = re.compile(r"-?[0-9]+\.[0-9]{2}")


@router.get("/loans/{uuid:loan_id}/schedule", response={200: list[InstallmentOut], **REFUSED}, auth=ANY)
def schedule(request: TenantRequest, loan_id: UUID) -> Any:
    """Every installment: what falls due when, and what was paid on it."""
    found = own_loan(request, loan_id)
    return state_json(fold_loan(found), found.terms.currency)["installments"]


@router.get("/loans/{uuid:loan_id}/repayments", response={200: list[RepaymentOut], **REFUSED}, auth=ANY)
def repayments(request: TenantRequest, loan_id: UUID) -> Any:
    """Receipts, newest first; a reversed one stays, marked."""
    events = list(own_loan(request, loan_id).events.filter(type__in=[*RECEIPTS, EventType.REVERSAL]))
    undone = {e.reverses_id for e in events}
    return [_receipt(e, e.pk in undone) for e in reversed(events) if e.type in RECEIPTS]


def _receipt(event: LoanEvent, undone: bool) -> dict[str, Any]:
    return {
        "id": event.pk,
        "number": event.number,
        "date": event.value_date,
        "amount": amount_text(event.amount or Decimal(0)),
        "channel": event.channel,
        "reference": event.reference,
        "reversed": undone,
    }


@router.get("/loans/{uuid:loan_id}/statement", response={200: StatementOut, **REFUSED}, auth=ANY)
def statement(request: TenantRequest, loan_id: UUID) -> Any:
    """Every movement of money with its split."""
    found = own_loan(request, loan_id)
    folded = fold_loan(found)
    return {
        "number": found.number,
        "lender": request.tenant.name,
        "borrower": found.borrower.full_name,
        "as_of": business_date(),
        "currency": found.currency,
        "outstanding": amount_text(folded.total_outstanding if folded.disbursed_on else Decimal(0)),
        "rows": statement_rows(found, folded),
    }


@router.get("/loans/{uuid:loan_id}/statement.csv", response={200: str, **REFUSED}, auth=ANY)
def statement_csv(request: TenantRequest, loan_id: UUID) -> HttpResponseBase:
    """The statement as a spreadsheet."""
    found = own_loan(request, loan_id)
    head = list(StatementRow.model_fields)
    rows = [StatementRow.model_validate(row) for row in statement_rows(found, fold_loan(found))]
    return download(Table(head, ([_figure(getattr(row, name)) for name in head] for row in rows)), found.number, "csv")


def _figure(value: object) -> object:
    """An amount, which the API gives as a text, as a number."""
    return Decimal(value) if isinstance(value, str) and _AMOUNT.fullmatch(value) else value
