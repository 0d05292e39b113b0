"""Shapes of the API that show several rooms at once."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from ninja import Schema

from apps.loans.applications.schemas import DocumentOut
from apps.loans.book.schemas import LoanDetail
from apps.loans.book.workflow import types_that
from apps.loans.histories.schemas import DisputeOut, HistoryOut
from apps.loans.products.schemas import InstallmentOut
from apps.loans.servicing.schemas import PaymentOut
from apps.loans.statements.schemas import StatementRow
from apps.mfis.core.api_types import told_of
from apps.users.access.schemas import Me, MessageOut, SignInOut, TokenOut
from apps.users.complaints.schemas import ComplaintOut
from apps.users.consents.schemas import ConsentOut

# What concerns the MFI's own work on a loan is not part of the borrower's story.
TOLD = types_that("shown")


class EventOut(Schema):
    """One fact about a loan; `undone` where a later one took it back."""

    id: UUID
    type: Annotated[str, told_of(TOLD)]
    label: str
    date: date
    amount: str | None
    number: str
    undone: bool


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
