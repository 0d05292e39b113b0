"""What is kept of each kind, in Python's own types, and how that becomes a document and a document becomes that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

from bson.decimal128 import Decimal128
from mongoengine import DateField, Decimal128Field, Document

from apps.credit.documents import (
    SCHEMA_VERSION,
    CreditAccount,
    CreditConsent,
    CreditCorrection,
    CreditDispute,
    CreditEventDocument,
    CreditInquiry,
    CreditScore,
    CreditSnapshot,
    checked,
    midnight,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Record = TypeVar("Record", bound="DataclassInstance")
WRITE: dict[type, Callable[[Any], Any]] = {Decimal128Field: Decimal128, DateField: midnight}
READ: dict[type, Callable[[Any], Any]] = {Decimal128Field: Decimal128.to_decimal, DateField: datetime.date}


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """One loan at one MFI, as it stood after the latest event that arrived. Amounts in `currency`."""

    id: UUID  # the loan's
    person: str
    mfi: str
    loan_number: str
    status: str
    currency: str
    principal: Decimal
    outstanding: Decimal
    installments: int
    disbursed_on: date | None
    closed_on: date | None
    oldest_due_date: date | None
    last_event: UUID  # a later event has a greater one
    last_event_on: date
    monthly_installment: Decimal = Decimal(0)  # version 1 did not keep it


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One thing that happened to an account, and how that stood after it."""

    id: UUID
    place: UUID  # the order in which they happened
    account: UUID
    person: str
    mfi: str
    kind: str
    value_date: date
    amount: Decimal
    outstanding: Decimal
    arrived_at: datetime
    status: str = "active"  # version 1 kept neither this nor what follows
    oldest_due_date: date | None = None


@dataclass(frozen=True, slots=True)
class SnapshotRecord:
    """How an account stood at the end of a month. `code` is the month's sign in the payment profile."""

    id: UUID
    account: UUID
    person: str
    mfi: str
    month_end: date
    status: str
    balance: Decimal
    overdue: Decimal
    days_past_due: int
    code: str
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class ScoreRecord:
    """The score of a borrower of one MFI at the end of a month; without points: no history then."""

    id: UUID
    person: str
    mfi: str
    month_end: date
    points: int | None
    band: str | None
    score_version: int
    reasons: list[str]
    in_default: bool


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """That somebody agreed to inquiries at other lenders, or took it back."""

    id: UUID
    person: str
    mfi: str
    purpose: str
    granted: bool
    text_version: int
    language: str
    given_on: date
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class InquiryRecord:
    """One inquiry across MFIs, and whose accounts were counted in its answer."""

    id: UUID
    person: str
    mfi: str
    account: UUID
    loan: UUID
    asked_by: UUID
    purpose: str
    consent: UUID
    consent_version: int
    asked_at: datetime
    sources: list[str] = field(default_factory=list)
    accounts: list[UUID] = field(default_factory=list)  # version 1 did not keep them


@dataclass(frozen=True, slots=True)
class DisputeRecord:
    """How a dispute stands; without `entry` it is about the account as a whole."""

    id: UUID
    person: str
    mfi: str
    account: UUID
    entry: UUID | None
    opened_on: date
    outcome: str
    decided_on: date | None


@dataclass(frozen=True, slots=True)
class CorrectionRecord:
    """Which entry was wrong, and which one put it right."""

    id: UUID
    dispute: UUID
    person: str
    mfi: str
    account: UUID
    entry: UUID | None
    corrected_by: UUID
    corrected_at: datetime


class Form(Generic[Record]):
    """How records of one kind are stored: under their fields' stored names, in MongoDB's own types."""

    def __init__(self, kind: type[Document], record: type[Record]) -> None:
        names = [f.name for f in fields(record)]
        types = [type(kind._fields[name]) for name in names]
        stored = [kind._db_field_map[name] for name in names]
        self.kind, self._record, self._values = kind, record, attrgetter(*names)
        self._write = list(zip(stored, map(WRITE.get, types), strict=True))
        self._read = list(zip(names, stored, map(READ.get, types), strict=True))

    def document(self, record: Record) -> dict[str, Any]:
        """What is stored of a record, in the present version.

        Raises:
            InvalidDocument: it breaks a rule of its kind.
        """
        document: dict[str, Any] = {"version": SCHEMA_VERSION}
        for (stored, convert), value in zip(self._write, self._values(record), strict=True):
            document[stored] = value if convert is None or value is None else convert(value)
        return checked(self.kind, document)

    def record(self, document: dict[str, Any]) -> Record:
        """What a document says; an earlier version may lack what has a default."""
        values = {}
        for name, stored, convert in self._read:
            if stored in document:
                value = document[stored]
                values[name] = value if convert is None or value is None else convert(value)
        return self._record(**values)


ACCOUNTS = Form(CreditAccount, AccountRecord)
EVENTS = Form(CreditEventDocument, EventRecord)
SNAPSHOTS = Form(CreditSnapshot, SnapshotRecord)
SCORES = Form(CreditScore, ScoreRecord)
CONSENTS = Form(CreditConsent, ConsentRecord)
INQUIRIES = Form(CreditInquiry, InquiryRecord)
DISPUTES = Form(CreditDispute, DisputeRecord)
CORRECTIONS = Form(CreditCorrection, CorrectionRecord)
