"""On the way to a loan: drafts, answers to what was asked, papers handed in; and what has happened since."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from apps.loans.api import schemas as s
from apps.loans.api.present import loan_detail
from apps.loans.api.routes import own_loan
from apps.loans.models import ApplicationDraft, Document, LoanEvent
from apps.loans.models.event import EventType
from apps.loans.services import documents, drafts
from apps.loans.services.origination import answer_info
from apps.users.api.auth import ANY, borrower
from apps.users.api.schemas import REFUSED, Key
from apps.users.services.accounts import actor_of
from apps.users.services.idempotency import once

router = Router(tags=["borrowing"])
# What concerns the MFI's own work on a loan is not part of the borrower's story.
TOLD = (
    EventType.SUBMITTED,
    EventType.INFO_REQUESTED,
    EventType.INFO_GIVEN,
    EventType.APPROVED,
    EventType.REJECTED,
    EventType.WITHDRAWN,
    EventType.DISBURSED,
    EventType.REPAYMENT,
    EventType.PAY_OFF,
    EventType.GOODWILL,
    EventType.CHARGE,
    EventType.WAIVE_CHARGE,
    EventType.WAIVE_INTEREST,
    EventType.REFUND,
    EventType.RESTRUCTURED,
    EventType.WRITTEN_OFF,
    EventType.CHARGED_OFF,
    EventType.RECOVERY,
)


def _draft(draft: ApplicationDraft) -> dict[str, Any]:
    return {
        "id": draft.pk,
        "product_id": draft.product_id,
        "installments": draft.installments,
        "purpose": draft.purpose,
        "principal": None if draft.principal is None else f"{draft.principal:.2f}",
        "created_at": draft.created_at,
    }


@router.get("/drafts", response={200: list[s.DraftOut], **REFUSED}, auth=ANY)
def open_drafts(request: HttpRequest) -> Any:
    """One's applications that are not handed in yet; at most five."""
    return [_draft(d) for d in ApplicationDraft.objects.filter(borrower=borrower(request), is_active=True)]


@router.post("/drafts", response={201: s.DraftOut, **REFUSED}, auth=ANY)
def keep_draft(request: HttpRequest, payload: s.DraftIn, key: Key = "") -> Any:
    """Keeps what is filled in so far."""
    account = borrower(request)

    def run() -> dict[str, Any]:
        return _draft(drafts.save_draft(borrower=account, by=account, **payload.dict()))

    return Status(201, once(actor=actor_of(account), key=key, name="save_draft", body=payload.dict(), run=run))


@router.put("/drafts/{uuid:draft_id}", response={200: s.DraftOut, **REFUSED}, auth=ANY)
def change_draft(request: HttpRequest, draft_id: UUID, payload: s.DraftIn) -> Any:
    """Replaces what a draft holds."""
    account = borrower(request)
    return _draft(drafts.save_draft(borrower=account, by=account, draft_id=draft_id, **payload.dict()))


@router.delete("/drafts/{uuid:draft_id}", response={204: None, **REFUSED}, auth=ANY)
def discard_draft(request: HttpRequest, draft_id: UUID) -> Any:
    """Throws a draft away."""
    account = borrower(request)
    drafts.discard_draft(borrower=account, by=account, draft_id=draft_id)
    return Status(204, None)


@router.post("/drafts/{uuid:draft_id}/submit", response={201: s.ApplicationOut, **REFUSED}, auth=ANY)
def submit_draft(request: Any, draft_id: UUID, payload: s.AgreedIn, key: Key = "") -> Any:
    """Hands a draft in: from then on it is an application like any other."""
    account = borrower(request)
    return Status(
        201,
        drafts.submit_draft(
            borrower=account, by=account, draft_id=draft_id, currency=request.tenant.currency, key=key, **payload.dict()
        ),
    )


@router.post("/loans/{uuid:loan_id}/answer", response={200: s.LoanDetail, **REFUSED}, auth=ANY)
def answer(request: HttpRequest, loan_id: UUID, payload: s.AnswerIn) -> Any:
    """Answers what the MFI asked for; the review goes on."""
    answer_info(loan_id=own_loan(request, loan_id).pk, by=borrower(request), reason=payload.text)
    return loan_detail(own_loan(request, loan_id))


@router.get("/loans/{uuid:loan_id}/events", response={200: list[s.EventOut], **REFUSED}, auth=ANY)
def events(request: HttpRequest, loan_id: UUID) -> Any:
    """What has happened with a loan, oldest first."""
    found = list(LoanEvent.objects.filter(loan=own_loan(request, loan_id)).order_by("recorded_at", "id"))
    undone = {e.reverses_id for e in found}
    return [
        {
            "id": e.pk,
            "type": e.type,
            "label": str(EventType(e.type).label),
            "date": e.value_date,
            "number": e.number,
            "amount": None if e.amount is None else f"{e.amount:.2f}",
            "undone": e.pk in undone,
        }
        for e in found
        if e.type in TOLD
    ]


def _document(document: Document) -> dict[str, Any]:
    names = ("what", "file_name", "content_type", "size", "created_at")
    return {"id": document.pk, "what_label": document.get_what_display(), **{n: getattr(document, n) for n in names}}


@router.get("/loans/{uuid:loan_id}/documents", response={200: list[s.DocumentOut], **REFUSED}, auth=ANY)
def papers(request: HttpRequest, loan_id: UUID) -> Any:
    """The papers handed in with a loan."""
    return [_document(d) for d in Document.objects.filter(loan=own_loan(request, loan_id), is_active=True)]


@router.post("/loans/{uuid:loan_id}/documents", response={201: s.DocumentOut, **REFUSED}, auth=ANY)
def hand_in(
    request: HttpRequest,
    loan_id: UUID,
    what: Annotated[str, Form(max_length=12)],
    file: Annotated[UploadedFile, File()],
) -> Any:
    """Hands a paper in: a PDF or a photograph of at most 5 MB. The same one sent again is kept once."""
    account, loan = borrower(request), own_loan(request, loan_id)
    content = file.read(documents.MOST_BYTES + 1)
    return Status(
        201,
        _document(
            documents.add_document(loan_id=loan.pk, by=account, what=what, file_name=file.name or "", content=content)
        ),
    )


@router.get("/documents/{uuid:document_id}", response={200: bytes, **REFUSED}, auth=ANY)
def paper(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The bytes of one of one's own papers, as they were handed in."""
    document, content = documents.read_document(document_id, by=borrower(request))
    response = HttpResponse(content, content_type=document.content_type)
    response["Content-Disposition"] = "attachment"  # never shown as a page of this site
    return response
