"""Shapes of the API about a loan."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from apps.loans.book.models import Status
from apps.loans.products.schemas import CostOut
from apps.mfis.core.api_types import Plain, told_of


class StepOut(Plain):
    name: str
    label: str
    state: Annotated[str, told_of(["done", "now", "ended", "todo"])]


class QuestionOut(Plain):
    """What the MFI asked about an application, and what was answered; `answer` is empty until it is."""

    asked_on: date
    question: str
    answered_on: date | None
    answer: str


class LoanOut(Plain):
    id: UUID
    number: str
    product: str
    principal: str
    currency: str
    status: Annotated[str, told_of(Status.values)]
    status_label: str
    submitted_on: date
    disbursed_on: date | None
    outstanding: str
    overpaid: str
    next_due_date: date | None
    next_due_amount: str
    days_past_due: int


class LoanPage(Plain):
    """`next` is the `after` of the following page; null at the end."""

    items: list[LoanOut]
    next: UUID | None


class LoanDetail(LoanOut):
    purpose: str
    paid: str
    net: str
    apr: str | None
    eir: str | None
    cost: CostOut
    steps: list[StepOut]
    reason: str
    may_withdraw: bool
    may_change: bool
    agreement_wanted: bool
    questions: list[QuestionOut]
