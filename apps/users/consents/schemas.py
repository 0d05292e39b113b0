"""Shapes of the API about consents."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from ninja import Schema
from pydantic import Field


class ConsentTextOut(Schema):
    """What is read before one agrees, in both languages. `days`: how long the consent lasts; null: until taken back."""

    purpose: str
    version: int
    days: int | None
    english: str
    sesotho: str


class ConsentIn(Schema):
    purpose: Annotated[str, Field(max_length=10)]
    version: Annotated[int, Field(ge=1, le=999)]
    language: Annotated[str, Field(pattern="^(en|st)$")] = "en"


class ConsentOut(Schema):
    """How one purpose stands. `text` is what was agreed to, in the language in which it was."""

    purpose: str
    stands: bool
    version: int | None
    language: str | None
    given_on: date | None
    expires_on: date | None
    withdrawn_on: date | None
    text: str
    may_be_withdrawn: bool
