"""Shapes of the API about lending. Money is text with two decimals; dates are ISO 8601."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from apps.users.api.schemas import Amount, ComplaintOut, ConsentOut, Me, MessageOut, Plain, SignInOut, TokenOut


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


class AgreedIn(Schema):
    """`agreed` is the hash of the key facts that the borrower agreed to; they are kept with the application."""

    agreed: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = ""
    language: Annotated[str, Field(pattern="^(en|st)$")] = "en"


class ApplicationIn(AgreedIn):
    product_id: UUID
    principal: Amount
    installments: Annotated[int, Field(ge=1, le=360)]
    purpose: Annotated[str, Field(max_length=200)] = ""


class FactRow(Schema):
    n: int
    due_date: date
    total_due: str
    balance: str


class KeyFacts(Schema):
    """The Key Facts Statement; what the figures mean is in docs/api.md."""

    version: str
    lender: str
    product: str
    as_of: date
    currency: str
    principal: str
    net: str
    fee: str
    savings: str
    interest: str
    other_fees: str
    total: str
    cost: str
    rate: str
    rate_per: str
    apr: str | None
    eir: str | None
    installments: int
    installment: str
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


class AnswerIn(Schema):
    text: Annotated[str, Field(min_length=1, max_length=500)]


class DraftIn(Schema):
    """What is filled in so far; nothing of it is binding."""

    product_id: UUID | None = None
    principal: Amount | None = None
    installments: Annotated[int, Field(ge=1, le=360)] | None = None
    purpose: Annotated[str, Field(max_length=200)] = ""


class DraftOut(Schema):
    id: UUID
    product_id: UUID | None
    principal: str | None
    installments: int | None
    purpose: str
    created_at: datetime


class DocumentOut(Schema):
    id: UUID
    what: str
    what_label: str
    file_name: str
    content_type: str
    size: int
    created_at: datetime


class EventOut(Schema):
    """One fact about a loan; `undone` where a later one took it back."""

    id: UUID
    type: str
    label: str
    date: date
    amount: str | None
    number: str
    undone: bool


class ApplicationOut(Plain):
    id: UUID
    number: str


class StepOut(Plain):
    label: str
    state: str


class LoanOut(Plain):
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
    id: UUID
    status: str


class HistoryEventOut(Schema):
    id: UUID
    kind: str
    value_date: date
    amount: str
    outstanding: str


class HistoryMonthOut(Schema):
    """How the loan stood at the end of a month; `code` is its sign in `profile`."""

    month_end: date
    balance: str
    overdue: str
    days_late: int
    code: str


class PastScoreOut(Schema):
    """The score at the end of a month; null where there was no history yet."""

    month_end: date
    points: int | None
    band: str | None


class HistoryAccountOut(Schema):
    loan: UUID
    loan_number: str
    status: str
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
    look_ups: list[LookUpOut]


class DisputeIn(Schema):
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
    outcome: str
    answer: str
    decided_on: date | None


class LoanEverything(Schema):
    """One loan with all that is kept of it."""

    loan: LoanDetail
    schedule: list[InstallmentOut]
    statement: list[StatementRow]
    events: list[EventOut]
    payments_reported: list[PaymentOut]
    documents: list[DocumentOut]


class EverythingOut(Schema):
    """All that an MFI keeps about one borrower."""

    lender: str
    as_of: date
    account: Me
    consents: list[ConsentOut]
    loans: list[LoanEverything]
    credit_history: HistoryOut
    disputes: list[DisputeOut]
    complaints: list[ComplaintOut]
    messages: list[MessageOut]
    signed_in: list[SignInOut]
    tokens: list[TokenOut]
