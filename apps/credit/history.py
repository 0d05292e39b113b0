"""Reading a borrower's credit history at one MFI from MongoDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from pymongo.errors import PyMongoError

from apps.credit.documents import CreditAccount, CreditEventDocument, CreditScore, CreditSnapshot
from apps.credit.models import OutboxEntry
from apps.credit.months import score_key
from apps.credit.profile import Moment, month_ends, payment_profile
from apps.credit.score import Score, score_of
from apps.credit.store import StoreAway, connect
from apps.mfis.clock import business_date
from apps.mfis.database import connection


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    id: UUID
    kind: str
    value_date: date
    amount: Decimal
    outstanding: Decimal
    status: str
    oldest_due_date: date | None


@dataclass(frozen=True, slots=True)
class HistoryMonth:
    """How a loan stood at the end of a month."""

    month_end: date
    balance: Decimal
    overdue: Decimal
    days_late: int
    code: str


@dataclass(frozen=True, slots=True)
class PastScore:
    """The score at the end of a month; None: no history then."""

    month_end: date
    points: int | None
    band: str | None


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
    events: list[HistoryEvent] = field(default_factory=list)
    months: list[HistoryMonth] = field(default_factory=list)  # the latest first

    def profile(self, as_of: date) -> str:
        return payment_profile([Moment(e.value_date, e.status, e.oldest_due_date) for e in self.events], as_of=as_of)


@dataclass(frozen=True, slots=True)
class History:
    """`available` is False while MongoDB is away; `waiting` counts events that have not reached it yet."""

    available: bool
    accounts: list[HistoryAccount]
    waiting: int
    scores: list[PastScore] = field(default_factory=list)  # the latest first

    def score(self, as_of: date) -> Score:
        """The score from the accounts of this history."""
        return score_of([account.profile(as_of) for account in self.accounts])


def credit_history(*, loan_ids: list[UUID], borrowers: Sequence[UUID] = ()) -> History:
    """The history of one borrower's loans at the present MFI. Says so, and never raises, when MongoDB is away.

    `borrowers` names the borrower's accounts at the MFI where their past scores are wanted too.

    Asked by loan, as the MFI itself knows whose they are: somebody who writes another's national ID into their own
    profile must not read the other's history.
    """
    waiting = OutboxEntry.objects.filter(relayed_at=None, account__in=loan_ids).count()
    try:
        accounts = _read(connection.schema_name, loan_ids)
        scores = _scores(connection.schema_name, borrowers)
    except (PyMongoError, StoreAway):
        return History(False, [], waiting)
    return History(True, accounts, waiting, scores)


def _read(mfi: str, loan_ids: list[UUID]) -> list[HistoryAccount]:
    connect()
    wanted = {"_id": {"$in": loan_ids}, "mfi": mfi}
    found = sorted(CreditAccount._get_collection().find(wanted), key=lambda d: d["last_event"].int)
    accounts = {d["_id"]: _account(d) for d in found}
    events = CreditEventDocument._get_collection().find({"account": {"$in": list(accounts)}})
    for document in sorted(events, key=lambda d: d["place"].int):
        accounts[document["account"]].events.append(_event(document))
    months = CreditSnapshot._get_collection().find({"account": {"$in": list(accounts)}})
    for document in sorted(months, key=lambda d: d["month"], reverse=True):
        accounts[document["account"]].months.append(_month(document))
    return list(accounts.values())


def _scores(mfi: str, borrowers: Sequence[UUID]) -> list[PastScore]:
    """By the keys that months.py gives them, so that nobody else's can be among them."""
    if not borrowers:
        return []
    ends = month_ends(business_date().replace(day=1) - timedelta(days=1))
    keys = [score_key(borrower, end) for borrower in borrowers for end in ends]
    found = CreditScore._get_collection().find({"_id": {"$in": keys}, "mfi": mfi})
    newest = sorted(found, key=lambda d: d["month"], reverse=True)
    return [PastScore(d["month"].date(), d["points"], d["band"]) for d in newest]


def _account(document: dict[str, Any]) -> HistoryAccount:
    return HistoryAccount(
        loan_id=document["_id"],
        loan_number=document["loan_number"],
        status=document["status"],
        currency=document["currency"],
        principal=document["principal"].to_decimal(),
        outstanding=document["outstanding"].to_decimal(),
        disbursed_on=_day(document["disbursed_on"]),
        closed_on=_day(document["closed_on"]),
    )


def _month(document: dict[str, Any]) -> HistoryMonth:
    return HistoryMonth(
        month_end=document["month"].date(),
        balance=document["balance"].to_decimal(),
        overdue=document["overdue"].to_decimal(),
        days_late=document["days_late"],
        code=document["code"],
    )


def _event(document: dict[str, Any]) -> HistoryEvent:
    return HistoryEvent(
        id=document["_id"],
        kind=document["kind"],
        value_date=document["value_date"].date(),
        amount=document["amount"].to_decimal(),
        outstanding=document["outstanding"].to_decimal(),
        status=document.get("status", "active"),
        oldest_due_date=_day(document.get("oldest_due_date")),
    )


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
