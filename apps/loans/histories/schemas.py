"""Shapes of the API about credit histories and disputes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from apps.credit.documents import KINDS, STATUSES
from apps.loans.histories.models import Dispute
from apps.mfis.core.api_types import Given, told_of


class HistoryEventOut(Schema):
    id: UUID
    kind: Annotated[str, told_of(KINDS)]
    value_date: date
    amount: str
    outstanding: str


class HistoryMonthOut(Schema):
    """How the loan stood at the end of a month; `code` is its sign in `profile`."""

    month_end: date
    balance: str
    overdue: str
    days_past_due: int
    code: str


class PastScoreOut(Schema):
    """The score at the end of a month; null where there was no history yet."""

    month_end: date
    points: int | None
    band: str | None


class HistoryAccountOut(Schema):
    loan: UUID
    loan_number: str
    status: Annotated[str, told_of(STATUSES)]
    principal: str
    outstanding: str
    disbursed_on: date | None
    closed_on: date | None
    profile: Annotated[
        str,
        Field(
            description="24 months, the latest first: 0 on time, 1 to 7 late by so many 30 days "
            "begun, C paid in full, W written off, - no loan."
        ),
    ]
    events: list[HistoryEventOut]
    months: list[HistoryMonthOut]


class ReasonOut(Schema):
    """One part of the score: the points it added or took, in words."""

    code: str
    points: int
    text: str


class ScoreOut(Schema):
    """`points` and `band` are null where there is no history yet; that is not a bad one."""

    points: int | None
    band: str | None
    reasons: list[ReasonOut]
    advice: str
    version: int


class LookUpOut(Schema):
    """Who asked other lenders about the caller: this MFI itself, or another one (which is not named)."""

    at: datetime
    own: bool
    purpose: str


class HistoryOut(Schema):
    """`available` is false while the credit histories cannot be reached; `waiting` events will follow."""

    available: bool
    waiting: int
    score: ScoreOut | None
    scores: list[PastScoreOut]
    accounts: list[HistoryAccountOut]
    inquiries: list[LookUpOut]


class DisputeIn(Given):
    """`entry` is an entry's id in the credit history; without it the loan as a whole is disputed."""

    loan: UUID
    entry: UUID | None = None
    text: Annotated[str, Field(max_length=2000)]


class DisputeMade(Schema):
    id: UUID


class DisputeOut(Schema):
    """`outcome` is empty until it is decided; then "corrected" or "stands", with the reason as `answer`."""

    id: UUID
    loan: UUID
    loan_number: str
    entry: UUID | None
    text: str
    opened_on: date
    due_on: date
    outcome: Annotated[str, told_of(["", *Dispute.Outcome.values])]
    answer: str
    decided_on: date | None
