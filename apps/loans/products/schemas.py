"""Shapes of the API about what is lent."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from ninja import Schema

from apps.loans.products.models import PAYMENT_ACCOUNTS
from apps.loans.products.models.choices import Frequency, InterestMethod
from apps.mfis.core.api_types import Plain, told_of
from apps.users.accounts.particulars import Sector


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


class PurposeOut(Schema):
    """What loans are for, as applications name it; `name_st` is empty where it was not translated."""

    id: UUID
    name: str
    name_st: str
    sector: Annotated[str, told_of(Sector.values)]


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
    frequency: Annotated[str, told_of(Frequency.values)]
    rate: str
    rate_per: Annotated[str, told_of(["year", "month"])]
    interest_method: Annotated[str, told_of(InterestMethod.values)]
    representative: CostOut | None


class PayToOut(Schema):
    """Where borrowers pay to by one channel; the reference to give is the loan's number."""

    channel: Annotated[str, told_of(PAYMENT_ACCOUNTS)]
    account: str


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
