"""What the histories hold beside what was told: every kind of difference, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from apps.credit.disputes import entry_key
from apps.credit.outbox import CreditEvent
from apps.credit.reconciliation import KeptHistories
from apps.credit.repository import AccountRecord

LOAN, EVENT, DISPUTE = UUID(int=1), UUID(int=2), UUID(int=3)
TOLD = CreditEvent(
    event_id=EVENT,
    loan_id=LOAN,
    loan_number="LA000001-0",
    person_key_source="",
    borrower_id=UUID(int=4),
    kind="disbursement",
    value_date=date(2026, 3, 2),
    amount=Decimal("1000.00"),
    status="active",
    principal=Decimal("1000.00"),
    outstanding=Decimal("1134.70"),
    oldest_due_date=date(2026, 4, 2),
    disbursed_on=date(2026, 3, 2),
    closed_on=None,
    installments=12,
    monthly_installment=Decimal("94.56"),
    currency="LSL",
)
ACCOUNT = AccountRecord(
    id=LOAN,
    person="a" * 64,
    mfi="alpha",
    loan_number="LA000001-0",
    status="active",
    currency="LSL",
    principal=Decimal(1000),
    outstanding=Decimal("1134.7"),
    installments=12,
    disbursed_on=date(2026, 3, 2),
    closed_on=None,
    oldest_due_date=date(2026, 4, 2),
    last_event=UUID(int=9),
    last_event_on=date(2026, 3, 2),
)
KEPT = KeptHistories({LOAN: ACCOUNT}, {LOAN: {entry_key(EVENT, "disbursement")}}, {})
NOTHING = KeptHistories({}, {}, {})


def test_what_agrees_has_no_difference() -> None:
    assert KEPT.differences(LOAN, [TOLD], {}) == []
    assert NOTHING.differences(LOAN, [], {}) == []


def test_what_is_missing_or_too_much_is_counted() -> None:
    assert NOTHING.differences(LOAN, [TOLD], {}) == ["1 event(s) are missing", "the account is missing"]
    assert KEPT.differences(LOAN, [], {}) == ["1 event(s) too many", "the account should not be"]


def test_each_field_that_is_not_as_it_was_told_is_named() -> None:
    other = replace(ACCOUNT, status="closed", closed_on=date(2026, 4, 2))
    kept = replace(KEPT, accounts={LOAN: other})
    assert kept.differences(LOAN, [TOLD], {}) == ["status is closed, not active", "closed on is 2026-04-02, not None"]


def test_disputes_are_compared_by_their_outcome() -> None:
    kept = replace(KEPT, disputes={LOAN: {DISPUTE: "open"}})
    assert kept.differences(LOAN, [TOLD], {DISPUTE: "open"}) == []
    assert kept.differences(LOAN, [TOLD], {DISPUTE: "stands"}) == ["its disputes are not as they were decided"]
