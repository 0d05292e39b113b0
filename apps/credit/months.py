"""Month by month in the credit histories: how each account stood, and what each borrower's score was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid5

import pymongo
from bson.decimal128 import Decimal128

from apps.credit.documents import SCHEMA_VERSION, CreditScore, CreditSnapshot, checked, midnight
from apps.credit.profile import DEFAULT, MONTHS, NONE, month_ends
from apps.credit.score import score_of
from apps.credit.store import connect, ensure_indexes
from apps.mfis.database import connection


@dataclass(frozen=True, slots=True)
class Standing:
    """One account at the end of a month. `code` is the month's sign in the payment profile."""

    account: UUID
    person: str
    status: str
    balance: Decimal
    overdue: Decimal
    days_late: int
    code: str


def write_snapshots(month_end: date, standings: Sequence[Standing], gone: Iterable[UUID] = ()) -> None:
    """Writes how these accounts of the present MFI stood, in place of what was written of the month before.

    `gone` names accounts that did not stand then after all.

    Raises:
        PyMongoError, StoreAway: MongoDB does not answer. ValidationError: a standing breaks a rule of the document.
    """
    connect()
    ensure_indexes()
    now, mfi = datetime.now(UTC), connection.schema_name
    writes = []
    for s in standings:
        key = _key(s.account, month_end)
        document = {
            "_id": key,
            "version": SCHEMA_VERSION,
            "account": s.account,
            "person": s.person,
            "mfi": mfi,
            "month": midnight(month_end),
            "status": s.status,
            "balance": Decimal128(s.balance),
            "overdue": Decimal128(s.overdue),
            "days_late": s.days_late,
            "code": s.code,
            "taken_at": now,
        }
        writes.append(pymongo.ReplaceOne({"_id": key}, checked(CreditSnapshot, document), upsert=True))
    if none := [_key(account, month_end) for account in gone]:
        CreditSnapshot._get_collection().delete_many({"_id": {"$in": none}})
    if writes:
        CreditSnapshot._get_collection().bulk_write(writes, ordered=False)


def _key(account: UUID, month_end: date) -> UUID:
    return uuid5(account, f"month-{month_end}")


def write_scores(month_end: date, accounts: dict[UUID, list[UUID]], persons: dict[UUID, str]) -> int:
    """Writes the scores of borrowers at the end of a month, from the snapshots up to it. Returns how many.

    `accounts` holds each borrower's accounts, `persons` each borrower's key.

    Raises:
        PyMongoError, StoreAway: MongoDB does not answer.
    """
    profiles = profiles_from_snapshots([a for own in accounts.values() for a in own], month_end)
    writes = []
    for borrower, own in accounts.items():
        known = [profiles[a] for a in own if a in profiles]
        score = score_of(known)
        key = score_key(borrower, month_end)
        document = {
            "_id": key,
            "version": SCHEMA_VERSION,
            "person": persons[borrower],
            "mfi": connection.schema_name,
            "month": midnight(month_end),
            "points": score.points,
            "band": score.band,
            "score_version": score.version,
            "reasons": [r.code for r in score.reasons],
            "in_default": any(profile[0] in DEFAULT for profile in known),
        }
        writes.append(pymongo.ReplaceOne({"_id": key}, checked(CreditScore, document), upsert=True))
    if writes:
        CreditScore._get_collection().bulk_write(writes, ordered=False)
    return len(writes)


def score_key(borrower: UUID, month_end: date) -> UUID:
    """The key of a borrower's score at the end of a month."""
    return uuid5(borrower, f"score-{month_end}")


def profiles_from_snapshots(accounts: Iterable[UUID], month_end: date) -> dict[UUID, str]:
    """The 24-character profiles at the end of a month, put together from the months' own documents."""
    ends = month_ends(month_end)
    place = {end: n for n, end in enumerate(ends)}
    signs: dict[UUID, list[str]] = defaultdict(lambda: [NONE] * MONTHS)
    wanted = {"account": {"$in": list(accounts)}, "month": {"$gte": midnight(ends[-1]), "$lte": midnight(month_end)}}
    for found in CreditSnapshot._get_collection().find(wanted, {"account": 1, "month": 1, "code": 1}):
        signs[found["account"]][place[found["month"].date()]] = found["code"]
    return {account: "".join(found) for account, found in signs.items()}


def ended_months(since: date, today: date) -> list[date]:
    """The last days of the months that ended from `since` on, and before `today`; the earliest first."""
    found, end = [], today.replace(day=1) - timedelta(days=1)
    while end >= since:
        found.append(end)
        end = end.replace(day=1) - timedelta(days=1)
    return found[::-1]
