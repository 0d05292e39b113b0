"""Takes what happened from the outbox to MongoDB: in order per account, each event once however often it is tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

import pymongo
from bson.decimal128 import Decimal128
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from pymongo.errors import BulkWriteError, PyMongoError

from apps.credit.documents import SCHEMA_VERSION, CreditAccount, CreditEventDocument
from apps.credit.models import OutboxEntry
from apps.credit.store import StoreAway, connect, ensure_indexes
from apps.mfis.database import connection

BATCH = 500
LOCK_SPACE = 0x43524544  # "CRED"; one relay a schema, so that an account's events arrive in their order
_indexed: set[str] = set()


@dataclass(frozen=True, slots=True)
class Relayed:
    """How many entries arrived, and why it stopped where it did (empty when the outbox is drained)."""

    count: int
    error: str = ""
    away: bool = False


def relay_outbox(*, batch: int = BATCH) -> Relayed:
    """Drains the present schema's outbox. Stops, changing nothing, when MongoDB does not answer."""
    total = 0
    while True:
        try:
            done = _relay_batch(batch)
        except (PyMongoError, StoreAway) as error:
            away = not isinstance(error, BulkWriteError)
            reason = "MongoDB does not answer" if away else "MongoDB refused a write"
            _note_failure(reason)
            return Relayed(total, reason, away)
        total += done
        if done < batch:
            return Relayed(total)


def _relay_batch(batch: int) -> int:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [LOCK_SPACE, connection.schema_name])
            if not cursor.fetchone()[0]:
                return 0
        entries = list(OutboxEntry.objects.filter(relayed_at=None).order_by("id")[:batch])
        if not entries:
            return 0
        write_entries(entries)
        OutboxEntry.objects.filter(pk__in=[e.pk for e in entries]).update(relayed_at=timezone.now(), last_error="")
    return len(entries)


def write_entries(entries: list[OutboxEntry]) -> None:
    """Writes the entries' documents. Safe to repeat: events have their own keys, and an account keeps the latest.

    Raises:
        PyMongoError: MongoDB did not take them.
    """
    connect()
    if settings.MONGODB_URL not in _indexed:
        ensure_indexes()
        _indexed.add(settings.MONGODB_URL)
    mfi = connection.schema_name
    now = datetime.now(UTC)
    events = [_event_document(e, mfi, now) for e in entries]
    CreditEventDocument._get_collection().bulk_write(
        [pymongo.UpdateOne({"_id": d["_id"]}, {"$setOnInsert": d}, upsert=True) for d in events], ordered=True
    )
    latest = {e.account: e for e in entries}  # in the outbox's order: the last of each account stays
    accounts = CreditAccount._get_collection()
    documents = [_account_document(e, mfi) for e in latest.values()]
    known = {d["_id"]: d["last_event"] for d in accounts.find({"_id": {"$in": [d["_id"] for d in documents]}},
                                                              {"last_event": 1})}  # fmt: skip
    newer = [d for d in documents if d["_id"] not in known or known[d["_id"]].int <= d["last_event"].int]
    if newer:
        accounts.bulk_write([pymongo.ReplaceOne({"_id": d["_id"]}, d, upsert=True) for d in newer])


def _note_failure(reason: str) -> None:
    first = OutboxEntry.objects.filter(relayed_at=None).order_by("id").first()
    if first:
        first.attempts, first.last_error = first.attempts + 1, reason
        first.save(update_fields=["attempts", "last_error"])


def _event_document(entry: OutboxEntry, mfi: str, now: datetime) -> dict[str, Any]:
    p = entry.payload
    return {
        "_id": uuid5(UUID(p["event"]), entry.event_type),
        "place": entry.pk,
        "version": SCHEMA_VERSION,
        "account": entry.account,
        "person": p["person"],
        "mfi": mfi,
        "kind": entry.event_type,
        "value_date": _midnight(p["value_date"]),
        "amount": Decimal128(Decimal(p["amount"])),
        "outstanding": Decimal128(Decimal(p["outstanding"])),
        "status": p["status"],
        "oldest_due_date": _midnight(p["oldest_due_date"]),
        "arrived_at": now,
    }


def _account_document(entry: OutboxEntry, mfi: str) -> dict[str, Any]:
    p = entry.payload
    return {
        "_id": entry.account,
        "version": SCHEMA_VERSION,
        "person": p["person"],
        "mfi": mfi,
        "loan_number": p["loan_number"],
        "status": p["status"],
        "currency": p["currency"],
        "principal": Decimal128(Decimal(p["principal"])),
        "outstanding": Decimal128(Decimal(p["outstanding"])),
        "installments": p["installments"],
        "monthly_installment": Decimal128(Decimal(p.get("monthly_installment", 0))),
        "disbursed_on": _midnight(p["disbursed_on"]),
        "closed_on": _midnight(p["closed_on"]),
        "oldest_due_date": _midnight(p["oldest_due_date"]),
        "last_event": entry.pk,
        "last_event_on": _midnight(p["value_date"]),
    }


def _midnight(day: str | None) -> datetime | None:
    return datetime.combine(date.fromisoformat(day), time(), UTC) if day else None
