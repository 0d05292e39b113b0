"""A borrower's photograph: kept as papers are, apart from any loan."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from apps.loans.applications.models import Document, DocumentContent
from apps.loans.applications.services.documents import content_type
from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotFound, Sentence
from apps.mfis.core.roles import Action, Role
from apps.users.accounts.models import Account

NO_PICTURE = Sentence("This is not a JPEG or PNG photograph.", "file_no_picture")


@command(Action.REGISTER_BORROWER)
def keep_photograph(*, account_id: UUID, actor: Actor, file_name: str, content: bytes) -> Document:
    """Keeps a borrower's photograph in place of the one before, which is set aside. The same one twice is kept once.

    Raises:
        NotAllowed: duty. NotFound: no such borrower. InvalidInput: no picture, empty, or too large.
    """
    borrower = Account.objects.select_for_update().filter(pk=account_id, role=Role.BORROWER).first()
    if borrower is None:
        raise NotFound("There is no such borrower.")
    kind, digest = content_type(content), sha256(content).hexdigest()
    if not kind.startswith("image/"):
        raise InvalidInput(NO_PICTURE, field="file")
    before = Document.objects.in_use().filter(borrower=borrower, what=Document.Kind.PHOTOGRAPH)
    for document in before:
        if document.sha256 == digest:
            return document
        document.is_active = False
        document.save(update_fields=["is_active"])
    document = Document.objects.create(
        borrower=borrower,
        what=Document.Kind.PHOTOGRAPH,
        file_name=file_name.replace("\\", "/").rsplit("/", 1)[-1].strip()[-120:] or "photograph",
        content_type=kind,
        size=len(content),
        sha256=digest,
        added_by=actor.name,
    )
    DocumentContent.objects.create(document=document, content=content)
    return document
