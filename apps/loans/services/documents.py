"""Papers handed in: what they are is told by their first bytes, not by their names."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from apps.loans.models import Document, DocumentContent, Loan
from apps.loans.models.event import EventType
from apps.loans.services.recording import append_event, check_transition, lock_loan
from apps.mfis.acting import acting
from apps.mfis.clock import business_date
from apps.mfis.errors import InvalidInput, NotAllowed, NotFound, WrongState
from apps.users.models import Account
from apps.users.roles import Action, Role
from apps.users.services.accounts import actor_of
from apps.users.services.merging import belongs_to

MOST_BYTES = 5 * 1024 * 1024
SIGNATURES = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


def content_type(content: bytes) -> str:
    """What the bytes are.

    Raises:
        InvalidInput: neither a PDF nor a photograph, empty, or too large.
    """
    if not content:
        raise InvalidInput("The file is empty.", field="file")
    if len(content) > MOST_BYTES:
        raise InvalidInput(
            f"The file has {len(content) / 1024 / 1024:.1f} MB; at most {MOST_BYTES // 1024 // 1024} MB are kept. "
            "Photograph it with less detail.",
            field="file",
        )
    for signature, found in SIGNATURES:
        if content.startswith(signature):
            return found
    raise InvalidInput("This is neither a PDF nor a JPEG or PNG photograph.", field="file")


def add_document(*, loan_id: UUID, by: Account, what: str, file_name: str, content: bytes) -> Document:
    """Keeps a paper with a loan. The same paper twice is kept once.

    Raises:
        NotAllowed, WrongState: duty or state. InvalidInput: kind, or what the file is.
    """
    with acting(actor_of(by)):
        loan, state = lock_loan(loan_id)
        check_transition("hand_in" if by.pk == loan.borrower_id else "add_document", state, by)
        return _keep(loan, loan.borrower, by, what, file_name, content)


def _keep(loan: Loan, borrower: Account, by: Account, what: str, file_name: str, content: bytes) -> Document:
    if what not in Document.Kind.values:
        raise InvalidInput("Choose what kind of paper it is.", field="what")
    kind, digest = content_type(content), sha256(content).hexdigest()
    name = file_name.replace("\\", "/").rsplit("/", 1)[-1].strip()[-120:] or "paper"
    kept = Document.objects.filter(loan=loan, borrower=borrower, sha256=digest, is_active=True).first()
    if kept:
        return kept
    document = Document.objects.create(
        borrower=borrower,
        loan=loan,
        what=what,
        file_name=name,
        content_type=kind,
        size=len(content),
        sha256=digest,
        added_by=by.full_name,
    )
    DocumentContent.objects.create(document=document, content=content)
    append_event(
        loan=loan,
        event_type=EventType.NOTE,
        by=by,
        value_date=business_date(),
        reason=f"Document: {document.get_what_display().lower()}, {name}"[:500],
    )
    return document


def read_document(document_id: UUID, *, by: Account) -> tuple[Document, bytes]:
    """A paper and its bytes, for colleagues of the MFI and for whom it belongs to.

    Raises:
        NotAllowed: somebody else who works here. NotFound: no such paper, set aside, or another borrower's.
    """
    found = Document.objects.filter(pk=document_id, is_active=True)
    if by.role == Role.BORROWER:
        found = found.filter(belongs_to(by))
    elif not by.may(Action.VIEW_BOOKS):
        raise NotAllowed("Papers are for colleagues of the MFI.")
    document = found.first()
    content = DocumentContent.objects.filter(document=document).first() if document else None
    if document is None or content is None:
        raise NotFound("There is no such document.")
    return document, bytes(content.content)


def set_aside(*, document_id: UUID, by: Account, reason: str) -> None:
    """Takes a paper out of use: put in by mistake, or of somebody else.

    Raises:
        NotAllowed: duty. NotFound: no such paper. WrongState: not of a loan. InvalidInput: no reason.
    """
    if not by.may(Action.FOLLOW_UP):
        raise NotAllowed(f"Your duties do not include this: {Action.FOLLOW_UP.label}.")
    with acting(actor_of(by)):
        document = Document.objects.select_for_update().filter(pk=document_id, is_active=True).first()
        if document is None:
            raise NotFound("There is no such document.")
        if document.loan_id is None:
            raise WrongState("This paper belongs to no loan.")
        if not reason.strip():
            raise InvalidInput("Give a reason; it stays with the record.", field="reason")
        loan, _ = lock_loan(document.loan_id)
        document.is_active = False
        document.save(update_fields=["is_active"])
        append_event(
            loan=loan,
            event_type=EventType.NOTE,
            by=by,
            value_date=business_date(),
            reason=f"Document set aside: {document}. {reason.strip()}"[:500],
        )
