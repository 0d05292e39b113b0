"""Shapes of the API about complaints."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field


class ComplaintIn(Schema):
    about: Annotated[str, Field(pattern="^(service|charges|record|collection|privacy|other)$")]
    text: Annotated[str, Field(min_length=1, max_length=2000)]


class ComplaintMade(Schema):
    id: UUID


class ComplaintOut(Schema):
    """`due_on` is the last day on which the MFI may answer."""

    id: UUID
    about: str
    text: str
    opened_on: date
    due_on: date
    answer: str
    answered_on: date | None
