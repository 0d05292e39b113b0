"""Shapes of the API about what is lent."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from ninja import Schema

from apps.mfis.core.api_types import Plain


class PaymentsOut(Plain):
    """Installments of one amount that follow one another."""

    count: int
    amount: str
    first_due: date
    last_due: date


class CostOut(Plain):
    """What a loan gives and takes by the schedule agreed at its pay-out; docs/api.md says what each figure means."""

    principal: str
    net: str
    fee: str
    savings: str
    down_payment: str
    interest: str
    other_fees: str
    total: str
    cost: str
    apr: str | None
    eir: str | None
    installments: int
    installment: str
    payments: list[PaymentsOut]


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
    representative: CostOut | None


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


class QuoteOut(CostOut):
    """What the loan would cost if paid out today: the figures that would be booked."""

    schedule: list[InstallmentOut]
