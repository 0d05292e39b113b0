"""Shapes of the API about reported payments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field

from apps.loans.book.models import Channel
from apps.loans.servicing.models import PaymentNotice
from apps.mfis.core.api_types import Amount, OneOf, Plain, told_of

# By what a borrower pays without anybody's seeing it; cash is taken at the branch.
REPORTED = [channel for channel in Channel.values if channel != Channel.CASH]


class PaymentIn(Plain):
    model_config = ConfigDict(extra="forbid")  # as Given; this is what is sent most

    amount: Amount
    channel: Annotated[str, OneOf(REPORTED)]
    reference: Annotated[str, Field(max_length=60)]
    paid_on: date | None = None
    accept_overpayment: bool = False


class PaymentOut(Schema):
    id: UUID
    amount: str
    channel: Annotated[str, told_of(REPORTED)]
    reference: str
    paid_on: date
    status: Annotated[str, told_of(PaymentNotice.Status.values)]
    decided_reason: str
    created_at: datetime


class PaymentPage(Schema):
    items: list[PaymentOut]
    next: UUID | None


class PaymentMade(Plain):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    status: Annotated[str, told_of(PaymentNotice.Status.values)]
