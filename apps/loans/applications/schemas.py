"""Shapes of the API about applying."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field, StringConstraints

from apps.loans.applications.models import Document
from apps.mfis.core.api_types import Amount, Given, OneOf, Plain, told_of
from apps.users.accounts.languages import Language


class AgreedIn(Given):
    """`agreed` is the hash of the key facts that the borrower was shown and agreed to; they are kept with it."""

    agreed: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    language: Annotated[str, OneOf(Language.values)] = "en"


class ApplicationIn(AgreedIn):
    product_id: UUID
    principal: Amount
    installments: Annotated[int, Field(ge=1, le=360)]
    purpose: Annotated[str, Field(max_length=200)] = ""
    listed_purpose_id: Annotated[UUID | None, Field(description="Of GET /purposes.")] = None


class ChangeIn(AgreedIn):
    principal: Amount
    installments: Annotated[int, Field(ge=1, le=360)]
    purpose: Annotated[str, Field(max_length=200)] = ""


class AnswerIn(Given):
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class DraftIn(Given):
    """What is filled in so far; nothing of it is binding."""

    product_id: UUID | None = None
    principal: Amount | None = None
    installments: Annotated[int, Field(ge=1, le=360)] | None = None
    purpose: Annotated[str, Field(max_length=200)] = ""
    listed_purpose_id: UUID | None = None


class DraftOut(Schema):
    id: UUID
    product_id: UUID | None
    principal: str | None
    installments: int | None
    purpose: str
    listed_purpose_id: UUID | None
    created_at: datetime


class DocumentOut(Schema):
    id: UUID
    what: Annotated[str, told_of(Document.Kind.values)]
    what_label: str
    file_name: str
    content_type: str
    size: int
    created_at: datetime


class ApplicationOut(Plain):
    id: UUID
    number: str
