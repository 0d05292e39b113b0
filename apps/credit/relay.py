"""Takes what happened from the outbox to MongoDB: in order per account, each event once however often it is tried.

What MongoDB does not take, or what makes no document, is tried alone; after three attempts it is set aside with the
reason, shown, and the others go on. `credit_rebuild` brings its account back from the loan's own facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pymongo
from bson.decimal128 import Decimal128
from bson.errors import InvalidDocument
from django.db import transaction
from django.utils import timezone
from mongoengine import ValidationError
from pymongo.errors import BulkWriteError, PyMongoError, WriteError

from apps.credit.consents import CONSENT, write_consent
from apps.credit.disputes import DISPUTE, entry_key, forget_disputes, write_dispute
from apps.credit.documents import (
    SCHEMA_VERSION,
    CreditAccount,
    CreditEventDocument,
    CreditPerson,
    CreditSnapshot,
    checked,
    midnight,
)
from apps.credit.models import OutboxEntry
from apps.credit.store import StoreAway, connect, ensure_indexes
from apps.mfis.database import connection

BATCH = 500
MOST_ATTEMPTS = 3
# What is the entry's own fault: trying the same again in a batch would only stop the others.
UNWRITABLE = (
    BulkWriteError,
    WriteError,
    InvalidDocument,
    ValidationError,
    ArithmeticError,
    KeyError,
    TypeError,
    ValueError,
)
ALREADY_THERE = 11000  # MongoDB's code of a key that exists
LOCK_SPACE = 0x43524544  # "CRED"; one relay a schema, so that an account's events arrive in their order
# What else goes through the outbox, beside what happened to loans.
OTHERS: dict[str, Callable[[OutboxEntry, str], None]] = {DISPUTE: write_dispute, CONSENT: write_consent}
AWAY = "MongoDB does not answer"


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
            done, more = _relay_batch(batch)
        except (PyMongoError, StoreAway):
            _note_failure(AWAY)
            return Relayed(total, AWAY, True)
        total += done
        if not more:
            aside = OutboxEntry.objects.filter(relayed_at=None, set_aside=True).count()
            return Relayed(total, f"{aside} event(s) are set aside" if aside else "")


def _relay_batch(batch: int) -> tuple[int, bool]:
    """How many were written, and whether there may be more to write now."""
    with relaying() as mine:
        if not mine:
            return 0, False
        entries = list(OutboxEntry.objects.filter(relayed_at=None, set_aside=False).order_by("id")[:batch])
        if not entries:
            return 0, False
        try:
            write_entries(entries)
            written = entries
        except UNWRITABLE as error:
            _unless_away(error)
            written = _one_by_one(entries)
        OutboxEntry.objects.filter(pk__in=[e.pk for e in written]).update(relayed_at=timezone.now(), last_error="")
    return len(written), len(entries) == batch and bool(written)


@contextmanager
def relaying() -> Iterator[bool]:
    """A transaction in which nobody else relays the present schema's outbox; False where somebody does."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [LOCK_SPACE, connection.schema_name])
            mine = bool(cursor.fetchone()[0])
        yield mine


def _unless_away(error: Exception) -> None:
    """Raises it as the store's fault where no document was refused: a majority that did not answer in time."""
    if isinstance(error, BulkWriteError) and not error.details.get("writeErrors"):
        raise StoreAway("The majority of the replica set did not answer in time.") from error


def _one_by_one(entries: list[OutboxEntry]) -> list[OutboxEntry]:
    """Writes what can be written. An account whose entry failed waits with what follows, until that is set aside."""
    written, waits = [], set()
    for entry in entries:
        if entry.account in waits:
            continue
        try:
            write_entries([entry])
            written.append(entry)
        except UNWRITABLE as error:
            _unless_away(error)
            waits.add(entry.account)
            entry.attempts += 1
            entry.set_aside = entry.attempts >= MOST_ATTEMPTS
            entry.last_error = _reason(error)
            entry.save(update_fields=["attempts", "set_aside", "last_error"])
    return written


def _reason(error: Exception) -> str:
    """Why an entry cannot be written, without what stood in it."""
    if isinstance(error, ValidationError):
        return f"It breaks a rule of the document: {error.field_name}"
    return f"MongoDB did not take it: {type(error).__name__}"


def write_entries(entries: list[OutboxEntry]) -> None:
    """Writes the entries' documents. Safe to repeat: events have their own keys, and an account keeps the latest.

    Raises:
        PyMongoError: MongoDB did not take them.
    """
    connect()
    ensure_indexes()
    mfi = connection.schema_name
    for entry in entries:
        if entry.event_type in OTHERS:
            OTHERS[entry.event_type](entry, mfi)
    entries = [e for e in entries if e.event_type not in OTHERS]
    if not entries:
        return
    now = datetime.now(UTC)
    _insert_new(
        CreditEventDocument._get_collection(),
        [checked(CreditEventDocument, _event_document(e, mfi, now)) for e in entries],
    )
    latest = {e.account: e for e in entries}  # in the outbox's order: the last of each account stays
    documents = [checked(CreditAccount, _account_document(e, mfi)) for e in latest.values()]
    while not _write_accounts(documents):
        pass
    _write_people(entries, mfi)


def _write_people(entries: list[OutboxEntry], mfi: str) -> None:
    """Notes whom these entries are about: that this MFI told of them, and since when."""
    since: dict[str, str] = {}
    for entry in entries:
        person, day = entry.payload["person"], entry.payload["value_date"]
        since[person] = min(day, since.get(person, day))
    people = CreditPerson._get_collection()
    known = {
        d["_id"]: d["since"].date().isoformat()
        for d in people.find({"_id": {"$in": list(since)}, "lenders": mfi}, {"since": 1})
    }
    news = [
        pymongo.UpdateOne(
            {"_id": person},
            {
                "$addToSet": {"lenders": mfi},
                "$min": {"since": midnight(day)},
                "$setOnInsert": {"version": SCHEMA_VERSION},
            },
            upsert=True,
        )
        for person, day in since.items()
        if day < known.get(person, "9")
    ]
    if news:
        people.bulk_write(news, ordered=False)


def _write_accounts(documents: list[dict[str, Any]]) -> bool:
    """Writes those that are newer than what is there; False where another node wrote one of them just now."""
    accounts = CreditAccount._get_collection()
    there = accounts.find({"_id": {"$in": [d["_id"] for d in documents]}}, {"last_event": 1})
    known = {d["_id"]: d["last_event"] for d in there}
    newer = [d for d in documents if d["_id"] in known and known[d["_id"]].int <= d["last_event"].int]
    if newer:
        accounts.bulk_write([pymongo.ReplaceOne({"_id": d["_id"]}, d) for d in newer])
    return _insert_new(accounts, [d for d in documents if d["_id"] not in known])


def _insert_new(collection: Any, documents: list[dict[str, Any]]) -> bool:
    """Inserts what is not there yet, which costs a third of an upsert; False where some of it was there.

    Raises:
        PyMongoError: MongoDB did not take them, for another reason than that they are there.
    """
    try:
        if documents:
            collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        faults = error.details.get("writeErrors") or []
        if error.details.get("writeConcernErrors") or any(fault["code"] != ALREADY_THERE for fault in faults):
            raise
        return False
    return True


def replace_account(account: UUID, entries: list[OutboxEntry]) -> None:
    """Writes an account anew from entries made of its facts, in their order; what it had beside them goes.

    What waits for it in the outbox is in the facts too, and counts as relayed. Call it under `relaying()`.

    Raises:
        PyMongoError: MongoDB did not take them.
    """
    connect()
    CreditEventDocument._get_collection().delete_many({"account": account})
    CreditAccount._get_collection().delete_one({"_id": account})
    CreditSnapshot._get_collection().delete_many({"account": account})
    forget_disputes(account)
    if entries:
        write_entries(entries)
    OutboxEntry.objects.filter(account=account, relayed_at=None).update(
        relayed_at=timezone.now(), set_aside=False, last_error=""
    )


def _note_failure(reason: str) -> None:
    first = OutboxEntry.objects.filter(relayed_at=None).order_by("id").first()
    if first:
        first.attempts, first.last_error = first.attempts + 1, reason
        first.save(update_fields=["attempts", "last_error"])


def _event_document(entry: OutboxEntry, mfi: str, now: datetime) -> dict[str, Any]:
    p = entry.payload
    return {
        "_id": entry_key(UUID(p["event"]), entry.event_type),
        "place": entry.pk,
        "version": SCHEMA_VERSION,
        "account": entry.account,
        "person": p["person"],
        "mfi": mfi,
        "kind": entry.event_type,
        "value_date": midnight(p["value_date"]),
        "amount": Decimal128(Decimal(p["amount"])),
        "outstanding": Decimal128(Decimal(p["outstanding"])),
        "status": p["status"],
        "oldest_due_date": midnight(p["oldest_due_date"]),
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
        "disbursed_on": midnight(p["disbursed_on"]),
        "closed_on": midnight(p["closed_on"]),
        "oldest_due_date": midnight(p["oldest_due_date"]),
        "last_event": entry.pk,
        "last_event_on": midnight(p["value_date"]),
    }
