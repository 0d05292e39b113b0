"""Documents handed in: what they are is told by their first bytes, not by their names."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from apps.loans.applications.models import Document, DocumentContent
from apps.loans.book.models import Loan
from apps.loans.recording.services import append_note, check_transition, lock_loan, lock_own_loan
from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotFound, Sentence, WrongState
from apps.mfis.core.roles import Action, Role

MAXIMUM_BYTES = 5 * 1024 * 1024

SIGNATURES = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


@command(Action.BORROW, Action.FOLLOW_UP)
def add_document(*, loan_id: UUID, actor: Actor, what: str, file_name: str, content: bytes) -> Document:
    """Keeps a document with a loan: the borrower's own, or entered at the branch. The same one twice is kept once.

    Raises:
        NotAllowed, WrongState: duty or state. NotFound: no such loan, or another borrower's.
        InvalidInput: kind, or what the file is.
    """
    if actor.role == Role.BORROWER:
        loan, state = lock_own_loan(loan_id, actor)
        check_transition("hand_in", loan, state, actor)
    else:
        loan, state = lock_loan(loan_id)
        check_transition("add_document", loan, state, actor)
    if what not in Document.Kind.values:
        raise InvalidInput(Sentence("Choose what kind of paper it is.", "not_a_choice"), field="what")
    kind, digest = content_type(content), sha256(content).hexdigest()
    kept = Document.objects.in_use().filter(loan=loan, borrower=loan.borrower, sha256=digest).first()
    return kept or _keep(loan, actor, what, file_name, kind, content)


@command(Action.FOLLOW_UP)
def deactivate_document(*, document_id: UUID, actor: Actor, reason: str) -> None:
    """Takes a document out of use: put in by mistake, or of somebody else.

    Raises:
        NotAllowed: duty. NotFound: no such document. WrongState: not of a loan. InvalidInput: no reason.
    """
    document = Document.objects.in_use().select_for_update().filter(pk=document_id).first()
    if document is None:
        raise NotFound("There is no such document.")
    if document.loan_id is None:
        raise WrongState("This paper belongs to no loan.")
    loan, state = lock_loan(document.loan_id)
    check_transition("deactivate_document", loan, state, actor, reason=reason)
    document.is_active = False
    document.save(update_fields=["is_active"])
    append_note(loan=loan, actor=actor, text=f"Document set aside: {document}. {reason.strip()}")


def content_type(content: bytes) -> str:
    """What the bytes are.

    Raises:
        InvalidInput: neither a PDF nor a photograph, empty, or too large.
    """
    if not content:
        raise InvalidInput(Sentence("The file is empty.", "file_empty"), field="file")
    if len(content) > MAXIMUM_BYTES:
        size, maximum = f"{len(content) / 1024 / 1024:.1f}", MAXIMUM_BYTES // 1024 // 1024
        text = f"The file has {size} MB; at most {maximum} MB are kept. Photograph it with less detail."
        raise InvalidInput(Sentence(text, "file_too_large", size=size, maximum=maximum), field="file")
    for signature, kind in SIGNATURES:
        if content.startswith(signature):
            return kind
    raise InvalidInput(Sentence("This is neither a PDF nor a JPEG or PNG photograph.", "file_unknown"), field="file")


def _keep(loan: Loan, actor: Actor, what: str, file_name: str, kind: str, content: bytes) -> Document:
    name = file_name.replace("\\", "/").rsplit("/", 1)[-1].strip()[-120:] or "paper"
    document = Document.objects.create(
        loan=loan,
        borrower=loan.borrower,
        what=what,
        file_name=name,
        content_type=kind,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        added_by=actor.name,
    )
    DocumentContent.objects.create(document=document, content=content)
    append_note(loan=loan, actor=actor, text=f"Document: {document.get_what_display().lower()}, {name}")
    return document
