"""The connection to MongoDB. It may be away at any time; nothing else waits for it longer than its short time-outs."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import mongoengine
import pymongo
from bson.errors import InvalidDocument as InvalidBSON
from django.conf import settings
from mongoengine import Document
from pymongo.errors import BulkWriteError, PyMongoError, WriteError

from apps.credit.documents import EVERY

ALREADY_THERE = 11000  # MongoDB's code of a key that exists
_lock = threading.Lock()
_connected_to: str | None = None
_indexed: set[str] = set()


class StoreError(Exception):
    """MongoDB did not do what was asked of it; which of the two follows says why."""


class StoreAway(StoreError):
    """MongoDB does not answer. The message names no address: it may be shown to users."""


class DocumentsRefused(StoreError):
    """MongoDB does not take these documents as they are. The message is its error's name, without their content."""


@contextmanager
def translated() -> Iterator[None]:
    """Turns the driver's errors into ours, so that nobody else has to know them.

    A majority that did not answer in time has refused nothing: the same documents may be tried again.

    Raises:
        StoreAway: MongoDB does not answer. DocumentsRefused: it answered, and does not take what was to be written.
    """
    try:
        yield
    except BulkWriteError as error:
        if not error.details.get("writeErrors"):
            raise StoreAway("The majority of the replica set did not answer in time.") from error
        raise DocumentsRefused(type(error).__name__) from error
    except (WriteError, InvalidBSON) as error:
        raise DocumentsRefused(type(error).__name__) from error
    except PyMongoError as error:
        raise StoreAway("MongoDB does not answer.") from error


def connect() -> Any:
    """The database of the credit histories, connected on the first call.

    Raises:
        StoreAway: MONGODB_URL cannot be understood.
    """
    global _connected_to
    with _lock:
        if _connected_to != settings.MONGODB_URL:
            mongoengine.disconnect()
            try:
                _register()
            except (PyMongoError, ValueError) as error:
                raise StoreAway("MONGODB_URL is not a MongoDB address.") from error
            _connected_to = settings.MONGODB_URL
    return mongoengine.get_db()


def _register() -> None:
    timeout = settings.MONGODB_TIMEOUT_MS
    uri = pymongo.uri_parser.parse_uri(settings.MONGODB_URL)
    mongoengine.connect(
        db=uri["database"] or "letsema",
        host=settings.MONGODB_URL,
        uuidRepresentation="standard",
        tz_aware=True,
        w="majority",
        retryWrites=True,
        serverSelectionTimeoutMS=timeout,
        connectTimeoutMS=timeout,
        socketTimeoutMS=max(timeout, 10_000),
    )


def ensure_indexes() -> None:
    """Makes the indexes that are missing; looks once for each address that this process connects to."""
    connect()
    if settings.MONGODB_URL in _indexed:
        return
    for document in EVERY:
        document.ensure_indexes()
    _indexed.add(settings.MONGODB_URL)


def ping() -> bool:
    """Whether MongoDB answers now."""
    try:
        with translated():
            connect().command("ping")
    except StoreError:
        return False
    return True


def collection_of(kind: type[Document]) -> Any:
    """The collection in which documents of this kind are kept, connected.

    Raises:
        StoreAway: MONGODB_URL cannot be understood.
    """
    connect()
    return kind._get_collection()


def writable(kind: type[Document]) -> Any:
    """The same, with the indexes of every collection in place."""
    ensure_indexes()
    return kind._get_collection()


def insert_new(collection: Any, documents: Sequence[dict[str, Any]]) -> bool:
    """Inserts what is not there yet, which costs a third of an upsert; False where some of it was there."""
    try:
        if documents:
            collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        faults = error.details.get("writeErrors") or []
        if error.details.get("writeConcernErrors") or any(fault["code"] != ALREADY_THERE for fault in faults):
            raise
        return False
    return True


def replace_each(collection: Any, documents: Sequence[dict[str, Any]], *, upsert: bool = True) -> None:
    """Writes each document in place of the one with its key; where there is none, only if `upsert`."""
    if documents:
        writes = [pymongo.ReplaceOne({"_id": d["_id"]}, d, upsert=upsert) for d in documents]
        collection.bulk_write(writes, ordered=False)
