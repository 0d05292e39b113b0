"""The connection to MongoDB. It may be away at any time; nothing else waits for it longer than its short time-outs."""

from __future__ import annotations

import threading
from typing import Any

import mongoengine
import pymongo
from django.conf import settings
from pymongo.errors import PyMongoError

from apps.credit.documents import EVERY

_lock = threading.Lock()
_connected_to: str | None = None
_indexed: set[str] = set()


class StoreAway(Exception):
    """MongoDB does not answer. The message names no address: it may be shown to users."""


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
        connect().command("ping")
    except (PyMongoError, StoreAway):
        return False
    return True
