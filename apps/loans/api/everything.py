"""Everything that is kept about the caller, in one answer: for a program, and as a paper."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.loans.api import borrowing, disputes, papers, routes
from apps.loans.api import schemas as s
from apps.loans.api.present import loan_detail, statement_rows
from apps.loans.domain.calculator import state_json
from apps.loans.models import Loan, PaymentNotice
from apps.loans.papers.everything import everything_pdf
from apps.loans.projection import fold_loan
from apps.mfis.clock import business_date
from apps.users.api import accounts, complaints, consents
from apps.users.api.auth import ANY, borrower
from apps.users.api.schemas import REFUSED
from apps.users.services.merging import belongs_to

router = Router(tags=["accounts"])


@router.get("/me/everything", response={200: s.EverythingOut, **REFUSED}, auth=ANY)
def everything(request: HttpRequest) -> Any:
    """All that this MFI keeps about the caller, as each page of this API has it. Papers handed in are named."""
    account = borrower(request)
    own = Loan.objects.filter(belongs_to(account), state__isnull=False).select_related("state", "product", "borrower")
    return {
        "lender": request.tenant.name,  # type: ignore[attr-defined]
        "as_of": business_date(),
        "account": accounts.me_of(account),
        "consents": consents.own(request),
        "loans": [_loan(request, loan) for loan in own.order_by("-pk")],
        "credit_history": routes.history(request),
        "disputes": disputes.own(request),
        "complaints": complaints.own(request),
        "messages": accounts.messages(request),
        "signed_in": accounts.sessions(request),
        "tokens": accounts.tokens(request),
    }


def _loan(request: HttpRequest, loan: Loan) -> dict[str, Any]:
    folded = fold_loan(loan)
    return {
        "loan": loan_detail(loan),
        "schedule": state_json(folded, loan.terms.currency)["installments"],
        "statement": statement_rows(loan, folded),
        "events": borrowing.events(request, loan.pk),
        "payments_reported": [routes.payment_out(n) for n in PaymentNotice.objects.filter(loan=loan).order_by("-pk")],
        "documents": borrowing.papers(request, loan.pk),
    }


@router.get("/me/everything.pdf", response=papers.PDF, auth=ANY)
def everything_paper(request: Any, language: papers.Language = "en") -> HttpResponse:
    """The same as a paper."""
    kept = s.EverythingOut.model_validate(everything(request)).model_dump(mode="json")
    return papers.as_pdf(everything_pdf(kept, mfi=request.tenant, language=language), "everything")
