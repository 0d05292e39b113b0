"""Everything that is kept about the caller, in one answer: for a program, and as a paper."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from ninja import Router

from apps.loans.applications import api as applications_api
from apps.loans.book.models import Loan
from apps.loans.book.presentation import loan_detail, statement_rows
from apps.loans.book.projection import fold_loan
from apps.loans.desk import schemas as s
from apps.loans.desk.api.events import events
from apps.loans.domain.calculator import state_json
from apps.loans.histories.api import disputes
from apps.loans.histories.api.history import history
from apps.loans.servicing.api import payment_out
from apps.loans.servicing.models import PaymentNotice
from apps.loans.statements.api import documents
from apps.loans.statements.data_export import everything_pdf
from apps.mfis.core.api_types import REFUSED
from apps.mfis.core.clock import business_date
from apps.mfis.tenancy.requests import TenantRequest
from apps.users.access.api.auth import ANY, borrower
from apps.users.access.api.profile import me_of, messages
from apps.users.access.api.tokens import sessions, tokens
from apps.users.accounts.selectors import belongs_to
from apps.users.complaints import api as complaints_api
from apps.users.consents import api as consents_api

router = Router(tags=["accounts"])


@router.get("/me/everything", response={200: s.EverythingOut, **REFUSED}, auth=ANY)
def everything(request: TenantRequest) -> Any:
    """All that this MFI keeps about the caller, as each page of this API has it. Papers handed in are named."""
    account = borrower(request)
    own = Loan.objects.there().filter(belongs_to(account.pk)).select_related("state", "product", "borrower")
    return {
        "lender": request.tenant.name,
        "as_of": business_date(),
        "account": me_of(account),
        "consents": consents_api.own(request),
        "loans": [_loan(request, loan) for loan in own.order_by("-pk")],
        "credit_history": history(request),
        "disputes": disputes.own(request),
        "complaints": complaints_api.own(request),
        "messages": messages(request),
        "signed_in": sessions(request),
        "tokens": tokens(request),
    }


def _loan(request: TenantRequest, loan: Loan) -> dict[str, Any]:
    folded = fold_loan(loan)
    return {
        "loan": loan_detail(loan),
        "schedule": state_json(folded, loan.terms.currency)["installments"],
        "statement": statement_rows(loan, folded),
        "events": events(request, loan.pk),
        "payments_reported": [payment_out(n) for n in PaymentNotice.objects.filter(loan=loan).order_by("-pk")],
        "documents": applications_api.papers(request, loan.pk),
    }


@router.get("/me/everything.pdf", response=documents.PDF, auth=ANY)
def everything_paper(request: TenantRequest, language: documents.Language = "en") -> HttpResponse:
    """The same as a paper."""
    kept = s.EverythingOut.model_validate(everything(request)).model_dump(mode="json")
    return documents.as_pdf(everything_pdf(kept, mfi=request.tenant, language=language), "everything")
