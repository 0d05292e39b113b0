"""A record of each kind that the repository keeps, with what a test changes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from apps.credit.repository import (
    AccountRecord,
    ConsentRecord,
    CorrectionRecord,
    DisputeRecord,
    EventRecord,
    InquiryRecord,
    ScoreRecord,
    SnapshotRecord,
)

PERSON, OTHER = "a" * 64, "b" * 64
MARCH, APRIL = date(2026, 3, 31), date(2026, 4, 30)
NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)


def key(n: int) -> UUID:
    """Keys in the order of their numbers."""
    return UUID(int=n)


def account(n: int = 1, **changed: Any) -> AccountRecord:
    record = AccountRecord(
        id=key(n),
        person=PERSON,
        mfi="alpha",
        loan_number="LA000001-0",
        status="active",
        currency="LSL",
        principal=Decimal("1000.00"),
        outstanding=Decimal("1134.70"),
        installments=12,
        disbursed_on=date(2026, 3, 2),
        closed_on=None,
        oldest_due_date=date(2026, 4, 2),
        last_event=key(100),
        last_event_on=date(2026, 3, 2),
        monthly_installment=Decimal("94.56"),
    )
    return replace(record, **changed)


def event(n: int = 10, **changed: Any) -> EventRecord:
    record = EventRecord(
        id=key(n),
        place=key(n),
        account=key(1),
        person=PERSON,
        mfi="alpha",
        kind="repayment",
        value_date=date(2026, 4, 2),
        amount=Decimal("94.56"),
        outstanding=Decimal("1040.14"),
        arrived_at=NOON,
        status="active",
        oldest_due_date=date(2026, 5, 2),
    )
    return replace(record, **changed)


def snapshot(n: int = 20, **changed: Any) -> SnapshotRecord:
    record = SnapshotRecord(
        id=key(n),
        account=key(1),
        person=PERSON,
        mfi="alpha",
        month_end=APRIL,
        status="active",
        balance=Decimal("1040.14"),
        overdue=Decimal("0.00"),
        days_past_due=28,
        code="1",
        taken_at=NOON,
    )
    return replace(record, **changed)


def score(n: int = 30, **changed: Any) -> ScoreRecord:
    record = ScoreRecord(
        id=key(n),
        person=PERSON,
        mfi="alpha",
        month_end=APRIL,
        points=612,
        band="C",
        score_version=1,
        reasons=["on_time"],
        in_default=False,
    )
    return replace(record, **changed)


def consent(n: int = 40, **changed: Any) -> ConsentRecord:
    record = ConsentRecord(
        id=key(n),
        person=PERSON,
        mfi="alpha",
        purpose="sharing",
        granted=True,
        text_version=1,
        language="st",
        given_on=date(2026, 3, 2),
        expires_on=date(2027, 3, 2),
    )
    return replace(record, **changed)


def inquiry(n: int = 50, **changed: Any) -> InquiryRecord:
    record = InquiryRecord(
        id=key(n),
        person=PERSON,
        mfi="beta",
        account=key(2),
        loan=key(3),
        asked_by=key(4),
        purpose="application",
        consent=key(40),
        consent_version=1,
        asked_at=NOON,
        sources=["alpha"],
        accounts=[key(1)],
    )
    return replace(record, **changed)


def dispute(n: int = 60, **changed: Any) -> DisputeRecord:
    record = DisputeRecord(
        id=key(n),
        person=PERSON,
        mfi="alpha",
        account=key(1),
        entry=key(10),
        opened_on=date(2026, 4, 3),
        outcome="open",
        decided_on=None,
    )
    return replace(record, **changed)


def correction(n: int = 70, **changed: Any) -> CorrectionRecord:
    record = CorrectionRecord(
        id=key(n),
        dispute=key(60),
        person=PERSON,
        mfi="alpha",
        account=key(1),
        entry=key(10),
        corrected_by=key(11),
        corrected_at=NOON,
    )
    return replace(record, **changed)
