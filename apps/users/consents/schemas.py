"""Shapes of the API about consents."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from ninja import Schema
from pydantic import Field

from apps.mfis.core.api_types import Given, OneOf, told_of
from apps.users.accounts.languages import Language
from apps.users.consents.models import Consent


class ConsentTextOut(Schema):
    """What is read before one agrees, in both languages. `days`: how long the consent lasts; null: until taken back."""

    purpose: Annotated[str, told_of(Consent.Purpose.values)]
    version: int
    days: int | None
    english: str
    sesotho: str


class ConsentIn(Given):
    purpose: Annotated[str, OneOf(Consent.Purpose.values)]
    version: Annotated[int, Field(ge=1, le=999)]
    language: Annotated[str, OneOf(Language.values)] = "en"


class ConsentOut(Schema):
    """How one purpose stands. `text` is what was agreed to, in the language in which it was."""

    purpose: Annotated[str, told_of(Consent.Purpose.values)]
    stands: bool
    version: int | None
    language: Annotated[str, told_of(Language.values)] | None
    given_on: date | None
    expires_on: date | None
    withdrawn_on: date | None
    text: str
    may_be_withdrawn: bool
