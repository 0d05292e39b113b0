"""Shapes of the API about what is lent."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from ninja import Schema


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
