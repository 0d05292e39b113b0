"""Accounts, what happened to them, and whom they belong to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import pymongo
from bson import CodecOptions, UuidRepresentation, encode

from apps.credit.documents import (
    SCHEMA_VERSION,
    CreditAccount,
    CreditCorrection,
    CreditDispute,
    CreditEventDocument,
    CreditPerson,
    CreditSnapshot,
    midnight,
)
from apps.credit.repository.connection import collection_of, insert_new, replace_each, translated, writable
from apps.credit.repository.records import ACCOUNTS, EVENTS, AccountRecord, EventRecord

BATCH = 500
OF_AN_ACCOUNT = (CreditEventDocument, CreditSnapshot, CreditDispute, CreditCorrection)


@translated()
def save_events(events: Iterable[EventRecord]) -> None:
    """Adds the events that are not there yet; one that is there stays as it was written.

    Raises:
        InvalidDocument: one of them breaks a rule; then none is written.
        StoreError: MongoDB does not answer, or refuses them.
    """
    insert_new(writable(CreditEventDocument), [EVENTS.document(event) for event in events])


def bytes_of_event(event: EventRecord) -> int:
    """How many bytes the document of an event takes."""
    options: CodecOptions[Any] = CodecOptions(uuid_representation=UuidRepresentation.STANDARD)
    return len(encode(EVENTS.document(event), codec_options=options))


@translated()
def save_latest_accounts(accounts: Iterable[AccountRecord]) -> None:
    """Writes those accounts whose last event is not older than the one that is there.

    Raises:
        InvalidDocument: one of them breaks a rule; then none is written.
        StoreError: MongoDB does not answer, or refuses them.
    """
    documents = [ACCOUNTS.document(account) for account in accounts]
    while not _save_newer(writable(CreditAccount), documents):
        pass


def _save_newer(collection: Any, documents: list[dict[str, Any]]) -> bool:
    """Writes those that are newer than what is there; False where another node wrote one of them just now."""
    there = collection.find({"_id": {"$in": [d["_id"] for d in documents]}}, {"last_event": 1})
    known = {d["_id"]: d["last_event"] for d in there}
    newer = [d for d in documents if d["_id"] in known and known[d["_id"]].int <= d["last_event"].int]
    replace_each(collection, newer, upsert=False)
    return insert_new(collection, [d for d in documents if d["_id"] not in known])


@translated()
def save_people(mfi: str, since: dict[str, date]) -> None:
    """Notes that `mfi` tells of these persons, and since which day at the latest; an earlier day that is there stays.

    Raises:
        StoreError: MongoDB does not answer, or refuses it.
    """
    people = writable(CreditPerson)
    there = people.find({"_id": {"$in": list(since)}, "lenders": mfi}, {"since": 1})
    known = {d["_id"]: d["since"].date() for d in there}
    updates = [
        pymongo.UpdateOne({"_id": person}, _told_by(mfi, day), upsert=True)
        for person, day in since.items()
        if person not in known or day < known[person]
    ]
    if updates:
        people.bulk_write(updates, ordered=False)


def _told_by(mfi: str, day: date) -> dict[str, Any]:
    return {
        "$addToSet": {"lenders": mfi},
        "$min": {"since": midnight(day)},
        "$setOnInsert": {"version": SCHEMA_VERSION},
    }


@translated()
def accounts_by_id(accounts: Collection[UUID], *, mfi: str | None = None) -> list[AccountRecord]:
    """Those of these accounts that are kept; with `mfi`, only its own."""
    wanted = {"_id": {"$in": list(accounts)}} | ({"mfi": mfi} if mfi else {})
    return [ACCOUNTS.record(document) for document in collection_of(CreditAccount).find(wanted)]


@translated()
def accounts_at_other_lenders(person: str, mfi: str) -> list[AccountRecord]:
    """A person's accounts at every MFI but `mfi`."""
    wanted = {"person": person, "mfi": {"$ne": mfi}}
    return [ACCOUNTS.record(document) for document in collection_of(CreditAccount).find(wanted)]


@translated()
def account_ids_of(mfi: str) -> set[UUID]:
    """All accounts that are kept of an MFI."""
    return {document["_id"] for document in collection_of(CreditAccount).find({"mfi": mfi}, {"_id": 1})}


@translated()
def accounts_of_earlier_version(mfi: str) -> set[UUID]:
    """The accounts of an MFI of which something is kept in the form of an earlier release."""
    old = {"mfi": mfi, "version": {"$lt": SCHEMA_VERSION}}
    accounts: set[UUID] = {document["_id"] for document in collection_of(CreditAccount).find(old, {"_id": 1})}
    for kind in (CreditEventDocument, CreditDispute, CreditCorrection):
        accounts |= {document["account"] for document in collection_of(kind).find(old, {"account": 1})}
    return accounts


@translated()
def events_of_accounts(accounts: Collection[UUID]) -> list[EventRecord]:
    """What happened to these accounts, in the order in which it happened."""
    documents = collection_of(CreditEventDocument).find({"account": {"$in": list(accounts)}})
    return [EVENTS.record(document) for document in sorted(documents, key=lambda d: d["place"].int)]


@translated()
def event_ids_of_accounts(accounts: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """The keys of the events of these accounts, by account; one without events is not among them."""
    wanted: dict[str, Any] = {"account": {"$in": list(accounts)}}
    ids: dict[UUID, set[UUID]] = {}
    for document in collection_of(CreditEventDocument).find(wanted, {"account": 1}):
        ids.setdefault(document["account"], set()).add(document["_id"])
    return ids


@translated()
def ended_accounts(mfi: str, statuses: Sequence[str], before: date, *, limit: int) -> list[UUID]:
    """At most `limit` accounts of an MFI in one of these states whose last event was before a day."""
    wanted = {"mfi": mfi, "status": {"$in": list(statuses)}, "last_event_on": {"$lt": midnight(before)}}
    return [document["_id"] for document in collection_of(CreditAccount).find(wanted, {"_id": 1}).limit(limit)]


@translated()
def remove_accounts(accounts: Collection[UUID]) -> Counter[str]:
    """Removes accounts and all that hangs on them. Returns how many documents went from which collection.

    The account goes last: stopped half-way, it is found again.
    """
    removed: Counter[str] = Counter()
    for kind in OF_AN_ACCOUNT:
        gone = collection_of(kind).delete_many({"account": {"$in": list(accounts)}}).deleted_count
        removed[kind._meta["collection"]] = gone
    removed["accounts"] = collection_of(CreditAccount).delete_many({"_id": {"$in": list(accounts)}}).deleted_count
    return removed


@translated()
def remove_people(mfi: str) -> int:
    """Takes an MFI off the persons of whom it keeps no account any more. Returns how many nobody tells of then.

    Those are removed.
    """
    people, accounts, removed = collection_of(CreditPerson), collection_of(CreditAccount), 0
    persons = [document["_id"] for document in people.find({"lenders": mfi}, {"_id": 1})]
    for n in range(0, len(persons), BATCH):
        batch = persons[n : n + BATCH]
        kept = {d["person"] for d in accounts.find({"mfi": mfi, "person": {"$in": batch}}, {"person": 1})}
        people.update_many({"_id": {"$in": [p for p in batch if p not in kept]}}, {"$pull": {"lenders": mfi}})
        removed += people.delete_many({"_id": {"$in": batch}, "lenders": []}).deleted_count
    return removed
