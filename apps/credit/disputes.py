"""Disputes and corrections in the credit histories, and whose look-ups counted what was corrected."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pymongo
from pymongo.errors import PyMongoError

from apps.credit.documents import SCHEMA_VERSION, CreditCorrection, CreditDispute, CreditInquiry, checked, midnight
from apps.credit.models import OutboxEntry
from apps.credit.store import StoreAway, connect

DISPUTE = "dispute"
OPEN = "open"


@dataclass(frozen=True, slots=True)
class DisputeTold:
    """How a dispute stands, as the histories keep it. `entry` is none where it is about the account as a whole."""

    id: UUID
    account: UUID
    person: str
    entry: UUID | None
    opened_on: date
    outcome: str  # "open", "corrected" or "stands"
    decided_on: date | None = None
    corrected_by: UUID | None = None  # the entry that put it right
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outdated:
    """A look-up of one's own that counted an account which was corrected since."""

    correction: UUID
    inquiry: UUID
    loan: UUID
    asked_at: datetime


def entry_key(event_id: UUID, kind: str) -> UUID:
    """The key of a loan event's entry in the histories."""
    return uuid5(event_id, kind)


def dispute_entry(told: DisputeTold) -> OutboxEntry:
    """The outbox row of a dispute, not saved."""
    payload = {name: None if value is None else str(value) for name, value in asdict(told).items()}
    return OutboxEntry(account=told.account, event_type=DISPUTE, payload=payload)


def write_dispute(entry: OutboxEntry, mfi: str) -> None:
    """Writes how a dispute stands. A decision is not undone by news of its opening that arrives after it.

    Raises:
        PyMongoError: MongoDB did not take it.
    """
    p: dict[str, Any] = entry.payload
    key, correction = UUID(p["id"]), p["corrected_by"]
    common = {
        "version": SCHEMA_VERSION,
        "person": p["person"],
        "mfi": mfi,
        "account": entry.account,
        "entry": UUID(p["entry"]) if p["entry"] else None,
    }
    document = common | {
        "opened_on": midnight(p["opened_on"]),
        "outcome": p["outcome"],
        "decided_on": midnight(p["decided_on"]),
    }
    checked(CreditDispute, {"_id": key, **document})
    how = "$setOnInsert" if p["outcome"] == OPEN else "$set"
    CreditDispute._get_collection().update_one({"_id": key}, {how: document}, upsert=True)
    if correction:
        found = common | {
            "dispute": key,
            "corrected_by": UUID(correction),
            "corrected_at": datetime.fromisoformat(p["decided_at"]),
        }
        checked(CreditCorrection, {"_id": uuid5(key, "correction"), **found})
        CreditCorrection._get_collection().update_one(
            {"_id": uuid5(key, "correction")}, {"$setOnInsert": found}, upsert=True
        )


def forget_disputes(account: UUID) -> None:
    """Removes what is kept of an account's disputes, to be written anew."""
    CreditDispute._get_collection().delete_many({"account": account})
    CreditCorrection._get_collection().delete_many({"account": account})


def disputes_kept(accounts: list[UUID]) -> dict[UUID, dict[UUID, str]]:
    """The outcome of each dispute of these accounts, as the histories have it.

    Raises:
        PyMongoError, StoreAway: MongoDB does not answer.
    """
    connect()
    found: dict[UUID, dict[UUID, str]] = {}
    for document in CreditDispute._get_collection().find({"account": {"$in": accounts}}):
        found.setdefault(document["account"], {})[document["_id"]] = document["outcome"]
    return found


def outdated_look_ups(mfi: str, *, days: int = 400) -> list[Outdated]:
    """The look-ups of `mfi` that counted an account of another MFI before that was corrected.

    None where MongoDB is away: whoever asks, asks again later.
    """
    try:
        connect()
        since = datetime.now(UTC) - timedelta(days=days)
        corrections = list(CreditCorrection._get_collection().find({"corrected_at": {"$gt": since}}))
        asked = CreditInquiry._get_collection().find(
            {"mfi": mfi, "accounts": {"$in": [c["account"] for c in corrections]}}
        )
        looks = list(asked.sort("asked_at", pymongo.ASCENDING))
    except (PyMongoError, StoreAway):
        return []
    return [
        Outdated(c["_id"], i["_id"], i["loan"], i["asked_at"])
        for c in corrections
        for i in looks
        if c["account"] in i["accounts"] and i["asked_at"] < c["corrected_at"]
    ]
