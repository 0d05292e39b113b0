"""Reading a borrower's credit history at one MFI from MongoDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from apps.credit import repository
from apps.credit.models import OutboxEntry
from apps.credit.profile import Moment, month_ends, payment_profile
from apps.credit.reach import asking_histories
from apps.credit.repository import AccountRecord, EventRecord, ScoreRecord, SnapshotRecord, StoreError
from apps.credit.score import Score, score_of
from apps.credit.snapshots import score_key
from apps.mfis.core.clock import business_date
from apps.mfis.core.database import connection


@dataclass(frozen=True, slots=True)
class HistoryAccount:
    """One loan of the history, with its events in their order and its payment profile (see profile.py)."""

    loan_id: UUID
    loan_number: str
    status: str
    currency: str
    principal: Decimal
    outstanding: Decimal
    disbursed_on: date | None
    closed_on: date | None
    events: list[EventRecord] = field(default_factory=list)
    months: list[SnapshotRecord] = field(default_factory=list)  # the latest first

    def profile(self, as_of: date) -> str:
        """The 24-character payment profile on a day."""
        return payment_profile([Moment(e.value_date, e.status, e.oldest_due_date) for e in self.events], as_of=as_of)


@dataclass(frozen=True, slots=True)
class History:
    """`available` is False while MongoDB is away; `waiting` counts events that have not reached it yet."""

    available: bool
    accounts: list[HistoryAccount]
    waiting: int
    scores: list[ScoreRecord] = field(default_factory=list)  # the latest first

    def score(self, as_of: date) -> Score:
        """The score from the accounts of this history."""
        return score_of([account.profile(as_of) for account in self.accounts])


def credit_history(*, loan_ids: list[UUID], borrowers: Sequence[UUID] = ()) -> History:
    """The history of one borrower's loans at the present MFI. Says so, and never raises, when MongoDB is away.

    `borrowers` names the borrower's accounts at the MFI where their past scores are wanted too.

    Asked by loan, as the MFI itself knows whose they are: somebody who writes another's national ID into their own
    profile must not read the other's history.
    """
    waiting = OutboxEntry.objects.waiting().filter(account__in=loan_ids).count()
    try:
        with asking_histories():
            accounts = _read(connection.schema_name, loan_ids)
            scores = _scores(connection.schema_name, borrowers)
    except StoreError:
        return History(False, [], waiting)
    return History(True, accounts, waiting, scores)


def _read(mfi: str, loan_ids: list[UUID]) -> list[HistoryAccount]:
    records = repository.accounts_by_id(loan_ids, mfi=mfi)
    accounts = {r.id: _account(r) for r in sorted(records, key=lambda r: r.last_event.int)}
    for event in repository.events_of_accounts(accounts):
        accounts[event.account].events.append(event)
    for snapshot in repository.snapshots_of_accounts(accounts):
        accounts[snapshot.account].months.append(snapshot)
    return list(accounts.values())


def _scores(mfi: str, borrowers: Sequence[UUID]) -> list[ScoreRecord]:
    """By the keys that snapshots.py gives them, so that nobody else's can be among them."""
    if not borrowers:
        return []
    ends = month_ends(business_date().replace(day=1) - timedelta(days=1))
    return repository.scores_by_id([score_key(borrower, end) for borrower in borrowers for end in ends], mfi)


def _account(record: AccountRecord) -> HistoryAccount:
    return HistoryAccount(
        loan_id=record.id,
        loan_number=record.loan_number,
        status=record.status,
        currency=record.currency,
        principal=record.principal,
        outstanding=record.outstanding,
        disbursed_on=record.disbursed_on,
        closed_on=record.closed_on,
    )
