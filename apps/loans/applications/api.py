"""On the way to a loan: drafts, applications, answers to what was asked, and documents handed in."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from apps.loans.applications.models import ApplicationDraft, Document
from apps.loans.applications.schemas import (
    AgreedIn,
    AnswerIn,
    ApplicationIn,
    ApplicationOut,
    ChangeIn,
    DocumentOut,
    DraftIn,
    DraftOut,
)
from apps.loans.applications.selectors import read_document
from apps.loans.applications.services import drafts
from apps.loans.applications.services.amend import agree, change_application
from apps.loans.applications.services.apply import LoanRequest, apply_for_loan
from apps.loans.applications.services.documents import MAXIMUM_BYTES, add_document
from apps.loans.applications.services.review import answer_info, withdraw
from apps.loans.book.api import loans_router, own_loan
from apps.loans.book.presentation import loan_detail
from apps.loans.book.schemas import LoanDetail
from apps.mfis.core.api_types import REFUSED, Key
from apps.mfis.tenancy.requests import TenantRequest
from apps.users.access.api.auth import ANY, borrower

router = Router(tags=["borrowing"])


def _draft(draft: drafts.Draft) -> DraftOut:
    return DraftOut(
        id=draft.id,
        product_id=draft.product_id,
        principal=None if draft.principal is None else f"{draft.principal:.2f}",
        installments=draft.installments,
        purpose=draft.purpose,
        listed_purpose_id=draft.listed_purpose_id,
        created_at=draft.created_at,
    )


@router.get("/drafts", response={200: list[DraftOut], **REFUSED}, auth=ANY)
def open_drafts(request: HttpRequest) -> Any:
    """One's applications that are not handed in yet; at most five."""
    own = ApplicationDraft.objects.open().filter(borrower=borrower(request))
    return [_draft(drafts.Draft.of(draft)) for draft in own]


@router.post("/drafts", response={201: DraftOut, **REFUSED}, auth=ANY)
def keep_draft(request: HttpRequest, payload: DraftIn, key: Key = "") -> Any:
    """Keeps what is filled in so far."""
    account = borrower(request)
    draft = drafts.save_draft(borrower=account, actor=account.actor, idempotency_key=key, **payload.dict())
    return Status(201, _draft(draft))


@router.put("/drafts/{uuid:draft_id}", response={200: DraftOut, **REFUSED}, auth=ANY)
def change_draft(request: HttpRequest, draft_id: UUID, payload: DraftIn) -> Any:
    """Replaces what a draft holds."""
    account = borrower(request)
    return _draft(drafts.save_draft(borrower=account, actor=account.actor, draft_id=draft_id, **payload.dict()))


@router.delete("/drafts/{uuid:draft_id}", response={204: None, **REFUSED}, auth=ANY)
def discard_draft(request: HttpRequest, draft_id: UUID) -> Any:
    """Throws a draft away."""
    account = borrower(request)
    drafts.discard_draft(borrower=account, actor=account.actor, draft_id=draft_id)
    return Status(204, None)


@router.post("/drafts/{uuid:draft_id}/submit", response={201: ApplicationOut, **REFUSED}, auth=ANY)
def submit_draft(request: TenantRequest, draft_id: UUID, payload: AgreedIn, key: Key = "") -> Any:
    """Hands a draft in: from then on it is an application like any other."""
    account = borrower(request)
    application = drafts.submit_draft(
        borrower=account,
        actor=account.actor,
        draft_id=draft_id,
        currency=request.tenant.currency,
        idempotency_key=key,
        **payload.dict(),
    )
    return Status(201, asdict(application))


@router.post("/loans/{uuid:loan_id}/change", response={200: LoanDetail, **REFUSED}, auth=ANY)
def change(request: HttpRequest, loan_id: UUID, payload: ChangeIn, key: Key = "") -> Any:
    """Changes an application that was returned for changes; the review goes on."""
    loan, actor = own_loan(request, loan_id), borrower(request).actor
    change_application(loan_id=loan.pk, actor=actor, idempotency_key=key, **payload.dict())
    return loan_detail(own_loan(request, loan_id))


@router.post("/loans/{uuid:loan_id}/agree", response={200: LoanDetail, **REFUSED}, auth=ANY)
def agree_to_terms(request: HttpRequest, loan_id: UUID, payload: AgreedIn) -> Any:
    """Agrees to the key facts of an application whose terms were changed; it may then be paid out."""
    agree(loan_id=own_loan(request, loan_id).pk, actor=borrower(request).actor, **payload.dict())
    return loan_detail(own_loan(request, loan_id))


@router.post("/loans/{uuid:loan_id}/answer", response={200: LoanDetail, **REFUSED}, auth=ANY)
def answer(request: HttpRequest, loan_id: UUID, payload: AnswerIn) -> Any:
    """Answers what the MFI asked for; the review goes on."""
    answer_info(loan_id=own_loan(request, loan_id).pk, actor=borrower(request).actor, reason=payload.text)
    return loan_detail(own_loan(request, loan_id))


def _document(document: Document) -> dict[str, Any]:
    names = ("what", "file_name", "content_type", "size", "created_at")
    return {"id": document.pk, "what_label": document.get_what_display(), **{n: getattr(document, n) for n in names}}


@router.get("/loans/{uuid:loan_id}/documents", response={200: list[DocumentOut], **REFUSED}, auth=ANY)
def papers(request: HttpRequest, loan_id: UUID) -> Any:
    """The papers handed in with a loan."""
    return [_document(d) for d in Document.objects.in_use().filter(loan=own_loan(request, loan_id))]


@router.post("/loans/{uuid:loan_id}/documents", response={201: DocumentOut, **REFUSED}, auth=ANY)
def hand_in(
    request: HttpRequest,
    loan_id: UUID,
    what: Annotated[Literal["identity", "payslip", "statement", "residence", "business", "other"], Form()],
    file: Annotated[UploadedFile, File()],
) -> Any:
    """Hands a paper in: a PDF or a photograph of at most 5 MB. The same one sent again is kept once."""
    account, loan = borrower(request), own_loan(request, loan_id)
    content = file.read(MAXIMUM_BYTES + 1)
    document = add_document(loan_id=loan.pk, actor=account.actor, what=what, file_name=file.name or "", content=content)
    return Status(201, _document(document))


@router.get("/documents/{uuid:document_id}", response={200: bytes, **REFUSED}, auth=ANY)
def paper(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The bytes of one of one's own papers, as they were handed in."""
    document, content = read_document(document_id, actor=borrower(request).actor)
    response = HttpResponse(content, content_type=document.content_type)
    response["Content-Disposition"] = "attachment"  # never shown as a page of this site
    return response


# Addresses are compared in the order that they stand here, so what is asked for most stands first.
@loans_router.post("/loans", response={201: ApplicationOut, **REFUSED}, auth=ANY)
def submit(request: TenantRequest, payload: ApplicationIn, key: Key = "") -> Any:
    """Applies for a loan. Sent again with the same Idempotency-Key it changes nothing and answers the same."""
    account = borrower(request)
    application = apply_for_loan(
        borrower=account,
        request=LoanRequest(
            payload.product_id,
            payload.principal,
            payload.installments,
            payload.purpose,
            listed_purpose_id=payload.listed_purpose_id,
        ),
        actor=account.actor,
        currency=request.tenant.currency,
        agreed=payload.agreed,
        language=payload.language,
        idempotency_key=key,
    )
    return Status(201, asdict(application))


@router.post("/loans/{uuid:loan_id}/withdraw", response={200: LoanDetail, **REFUSED}, auth=ANY, tags=["loans"])
def take_back(request: HttpRequest, loan_id: UUID) -> Any:
    """Takes an application back, until it is paid out."""
    withdraw(loan_id=own_loan(request, loan_id).pk, actor=borrower(request).actor)
    return loan_detail(own_loan(request, loan_id))
