"""Shapes of the API about statements, receipts and key facts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema

from apps.loans.book.models import Channel
from apps.loans.domain.fold import SHOWN
from apps.loans.products.schemas import CostOut
from apps.mfis.core.api_types import told_of

SHOWN_AS = sorted({*SHOWN, "down_payment"})  # movements of money, as the engine names them


class FactRow(Schema):
    n: int
    due_date: date
    total_due: str
    balance: str


class KeyFacts(CostOut):
    """The Key Facts Statement; what the figures mean is in docs/api.md."""

    version: str
    lender: str
    product: str
    as_of: date
    currency: str
    rate: str
    rate_per: Annotated[str, told_of(["year", "month"])]
    first_due: date
    last_due: date
    penalty: dict[str, Any] | None
    schedule: list[FactRow]


class KeyFactsOut(Schema):
    facts: KeyFacts
    hash: str


class PayOffOut(Schema):
    """What settles the loan on a day, if nothing else happens until then."""

    on: date
    amount: str
    currency: str


class RepaymentOut(Schema):
    id: UUID
    number: str
    date: date
    amount: str
    channel: Annotated[str, told_of(Channel.values)]
    reference: str
    reversed: bool


class StatementRow(Schema):
    date: date
    type: Annotated[str, told_of(SHOWN_AS)]
    amount: str
    principal: str
    interest: str
    fees: str
    penalties: str
    balance: str
    undone: bool


class StatementOut(Schema):
    number: str
    lender: str
    borrower: str
    as_of: date
    currency: str
    outstanding: str
    rows: list[StatementRow]
