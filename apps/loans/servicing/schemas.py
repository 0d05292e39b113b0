"""Shapes of the API about reported payments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

from apps.mfis.core.api_types import Amount, Plain


class PaymentIn(Plain):
    amount: Amount
    channel: Annotated[str, Field(max_length=10)]
    reference: Annotated[str, Field(max_length=60)]
    paid_on: date | None = None


class PaymentOut(Schema):
    id: UUID
    amount: str
    channel: str
    reference: str
    paid_on: date
    status: str
    decided_reason: str
    created_at: datetime


class PaymentPage(Schema):
    items: list[PaymentOut]
    next: UUID | None


class PaymentMade(Plain):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    status: str
