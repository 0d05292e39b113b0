"""Shapes of the API about lending. Money is text with two decimals; dates are ISO 8601."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from apps.users.api.schemas import Amount


class ProductOut(Schema):
    id: UUID
    name: str
    description: str
    currency: str
    principal_min: str
    principal_default: str
    principal_max: str
    installments_min: int
    installments_default: int
    installments_max: int
    repay_every: int
    frequency: str
    rate: str
    rate_per: str
    interest_method: str


class InstallmentOut(Schema):
    n: int
    due_date: date
    days: int
    principal: str
    interest: str
    fees: str
    penalties: str
    total_due: str
    balance: str
    paid: str
    outstanding: str


class QuoteOut(Schema):
    """What the loan would cost if paid out today: the figures that would be booked."""

    principal: str
    net: str
    fee: str
    interest: str
    total: str
    installment: str
    apr: str | None
    eir: str | None
    schedule: list[InstallmentOut]


class ApplicationIn(Schema):
    product_id: UUID
    principal: Amount
    installments: Annotated[int, Field(ge=1, le=360)]
    purpose: Annotated[str, Field(max_length=200)] = ""


class ApplicationOut(Schema):
    id: UUID
    number: str


class StepOut(Schema):
    label: str
    state: str


class LoanOut(Schema):
    id: UUID
    number: str
    product: str
    principal: str
    currency: str
    status: str
    status_label: str
    submitted_on: date
    disbursed_on: date | None
    outstanding: str
    overpaid: str
    next_due_date: date | None
    next_due_amount: str
    days_late: int


class LoanDetail(LoanOut):
    purpose: str
    paid: str
    net: str
    apr: str | None
    eir: str | None
    steps: list[StepOut]
    reason: str
    may_withdraw: bool


class RepaymentOut(Schema):
    id: UUID
    number: str
    date: date
    amount: str
    channel: str
    reference: str
    reversed: bool


class StatementRow(Schema):
    date: date
    type: str
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


class PaymentIn(Schema):
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


class PaymentMade(Schema):
    id: UUID
    status: str


class HistoryEventOut(Schema):
    kind: str
    value_date: date
    amount: str
    outstanding: str


class HistoryAccountOut(Schema):
    loan_number: str
    status: str
    principal: str
    outstanding: str
    disbursed_on: date | None
    closed_on: date | None
    events: list[HistoryEventOut]


class HistoryOut(Schema):
    """`available` is false while the credit histories cannot be reached; `waiting` events will follow."""

    available: bool
    waiting: int
    accounts: list[HistoryAccountOut]
