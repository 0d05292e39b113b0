"""Shapes of the API about complaints."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from apps.mfis.core.api_types import Given, OneOf, told_of
from apps.users.complaints.models import Complaint


class ComplaintIn(Given):
    about: Annotated[str, OneOf(Complaint.About.values)]
    text: Annotated[str, Field(min_length=1, max_length=2000)]


class ComplaintMade(Schema):
    id: UUID


class ComplaintOut(Schema):
    """`due_on` is the last day on which the MFI may answer."""

    id: UUID
    about: Annotated[str, told_of(Complaint.About.values)]
    text: str
    opened_on: date
    due_on: date
    answer: str
    answered_on: date | None
