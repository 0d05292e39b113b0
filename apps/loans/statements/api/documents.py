"""What is handed out: key facts, receipts, statements, as PDF."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from ninja import Query, Router

from apps.loans.applications.services.amend import wanted_terms
from apps.loans.applications.services.drafts import terms_of_draft
from apps.loans.book.api import own_loan
from apps.loans.book.cost import agreed_cost
from apps.loans.book.key_facts import facts_hash, facts_of
from apps.loans.book.models import RECEIPTS, LoanEvent
from apps.loans.book.presentation import statement_rows
from apps.loans.book.projection import fold_loan
from apps.loans.book.selectors.agreement import last_signed
from apps.loans.domain.cost import cost_json
from apps.loans.products.api import Term, Wanted
from apps.loans.products.models import Product
from apps.loans.products.quotes import checked_terms
from apps.loans.servicing.services.repayment import payoff_amount
from apps.loans.statements import schemas as s
from apps.loans.statements.documents import key_facts_pdf, receipt_pdf, statement_pdf
from apps.mfis.core.api_types import REFUSED
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import InvalidInput, NotFound, Sentence
from apps.mfis.tenancy.addresses import mfi_url
from apps.mfis.tenancy.requests import TenantRequest
from apps.users.access.api.auth import ANY, borrower

router = Router(tags=["papers"])

Language = Annotated[Literal["en", "st"], Query()]

PDF = {200: bytes, **REFUSED}

LONGEST_AHEAD = 366  # days


def as_pdf(content: bytes, name: str) -> HttpResponse:
    """A paper as an answer that browsers show."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def _facts(request: TenantRequest, product_id: UUID, principal: Decimal, installments: int) -> dict[str, Any]:
    product = Product.objects.filter(pk=product_id, is_active=True).first()
    if product is None:
        raise NotFound("This product is not on offer.")
    on = business_date()
    return facts_of(product, checked_terms(product, principal, installments, on, request.tenant.currency), on)


@router.get("/products/{uuid:product_id}/key-facts", response={200: s.KeyFactsOut, **REFUSED}, auth=None)
def key_facts(request: TenantRequest, product_id: UUID, principal: Wanted, installments: Term) -> Any:
    """The Key Facts Statement of a loan paid out today, and its hash: send it as `agreed` with the application."""
    facts = _facts(request, product_id, principal, installments)
    return {"facts": facts, "hash": facts_hash(facts)}


@router.get("/drafts/{uuid:draft_id}/key-facts", response={200: s.KeyFactsOut, **REFUSED}, auth=ANY)
def draft_key_facts(request: TenantRequest, draft_id: UUID) -> Any:
    """The same of what a draft asks for, in its group: send the hash as `agreed` when the draft is submitted."""
    currency = request.tenant.currency
    product, terms = terms_of_draft(borrower=borrower(request), draft_id=draft_id, currency=currency)
    facts = facts_of(product, terms, business_date())
    return {"facts": facts, "hash": facts_hash(facts)}


@router.get("/products/{uuid:product_id}/key-facts.pdf", response=PDF, auth=None)
def key_facts_paper(
    request: TenantRequest, product_id: UUID, principal: Wanted, installments: Term, language: Language = "en"
) -> HttpResponse:
    """The same as a paper."""
    facts = _facts(request, product_id, principal, installments)
    return as_pdf(key_facts_pdf(facts, mfi=request.tenant, language=language), "key-facts")


@router.get("/loans/{uuid:loan_id}/key-facts", response={200: s.KeyFactsOut, **REFUSED}, auth=ANY)
def key_facts_of_loan(
    request: TenantRequest, loan_id: UUID, principal: Decimal | None = None, installments: int | None = None
) -> Any:
    """The key facts of an application as it stands now, or with another amount or term, and their hash.

    Send the hash as `agreed` to agree to them, or to change the application to them.
    """
    loan = own_loan(request, loan_id)
    facts = facts_of(loan.product, wanted_terms(loan, principal, installments), loan.submitted_on)
    return {"facts": facts, "hash": facts_hash(facts)}


@router.get("/loans/{uuid:loan_id}/key-facts.pdf", response=PDF, auth=ANY)
def signed_key_facts(
    request: TenantRequest, loan_id: UUID, language: Annotated[Literal["", "en", "st"], Query()] = ""
) -> Any:
    """The statement that was agreed to last, as it was then.

    Where none was, or the terms have changed since: the facts of the terms as they stand.
    """
    loan = own_loan(request, loan_id)
    signed = last_signed(loan)
    facts = signed["facts"] if signed else facts_of(loan.product, loan.terms_agreed, loan.submitted_on)
    paper_in = language or (signed["language"] if signed else loan.borrower.language)
    return as_pdf(
        key_facts_pdf(facts, mfi=request.tenant, language=paper_in, signed=signed), f"{loan.number}-key-facts"
    )


@router.get("/loans/{uuid:loan_id}/statement.pdf", response=PDF, auth=ANY)
def statement_paper(request: TenantRequest, loan_id: UUID, language: Language = "en") -> HttpResponse:
    """Every movement of money with what is left, as a paper."""
    loan = own_loan(request, loan_id)
    folded = fold_loan(loan)
    outstanding = f"{folded.total_outstanding if folded.disbursed_on else Decimal(0):.2f}"
    paper = statement_pdf(
        loan,
        statement_rows(loan, folded),
        outstanding,
        cost=cost_json(agreed_cost(loan, folded.disbursed_on), loan.terms.currency),
        mfi=request.tenant,
        language=language,
    )
    return as_pdf(paper, loan.number)


@router.get("/loans/{uuid:loan_id}/receipts/{uuid:event_id}.pdf", response=PDF, auth=ANY)
def receipt_paper(request: TenantRequest, loan_id: UUID, event_id: UUID, language: Language = "en") -> HttpResponse:
    """One receipt. Its code leads to a page on which anybody can see whether it stands, without a name."""
    loan = own_loan(request, loan_id)
    event = LoanEvent.objects.filter(pk=event_id, loan=loan, type__in=RECEIPTS).first()
    if event is None:
        raise NotFound("There is no such receipt.")
    url = mfi_url(request.tenant, reverse("verify_receipt", args=[event.pk]))
    undone = LoanEvent.objects.filter(reverses=event).exists()
    return as_pdf(receipt_pdf(event, loan, mfi=request.tenant, language=language, url=url, undone=undone), event.number)


@router.get("/loans/{uuid:loan_id}/pay-off", response={200: s.PayOffOut, **REFUSED}, auth=ANY)
def pay_off(request: TenantRequest, loan_id: UUID, on: date | None = None) -> Any:
    """What settles the loan today, or on a day to come."""
    loan, today = own_loan(request, loan_id), business_date()
    day = on or today
    if not 0 <= (day - today).days <= LONGEST_AHEAD:
        raise InvalidInput(Sentence("Choose today or a day within a year.", "day_within_a_year"), field="on")
    if loan.state.disbursed_on is None:
        return {"on": day, "amount": "0.00", "currency": loan.currency}
    return {"on": day, "amount": f"{payoff_amount(loan, day):.2f}", "currency": loan.currency}
