"""Documents with their bytes, for whoever may see them."""

from __future__ import annotations

from uuid import UUID

from apps.loans.applications.models import Document, DocumentContent
from apps.mfis.core.actor import Actor
from apps.mfis.core.errors import NotAllowed, NotFound
from apps.mfis.core.roles import Action, Role
from apps.users.accounts.models import Account
from apps.users.accounts.selectors import belongs_to


def read_document(document_id: UUID, *, actor: Actor) -> tuple[Document, bytes]:
    """A document and its bytes, for colleagues of the MFI and for whom it belongs to.

    Raises:
        NotAllowed: somebody else who works here. NotFound: no such document, set aside, or another borrower's.
    """
    documents = Document.objects.in_use().filter(pk=document_id)
    if actor.role == Role.BORROWER:
        documents = documents.filter(belongs_to(actor.id))
    elif not actor.may(Action.VIEW_BOOKS):
        raise NotAllowed("Papers are for colleagues of the MFI.")
    document = documents.first()
    content = DocumentContent.objects.filter(document=document).first() if document else None
    if document is None or content is None:
        raise NotFound("There is no such document.")
    return document, bytes(content.content)


def photograph_of(account: Account) -> Document | None:
    """The photograph of a borrower that stands."""
    return Document.objects.in_use().filter(borrower=account, what=Document.Kind.PHOTOGRAPH).first()
