"""Whether servers that are given by their addresses can be used."""

from __future__ import annotations

from urllib.parse import urlsplit

import psycopg2
import pymongo
from pymongo.errors import PyMongoError

from config.embedded.postgres import CannotStart

OLDEST_POSTGRES = 160000


def check_postgres(url: str) -> None:
    """Whether DATABASE_URL names a PostgreSQL that lets us in.

    Raises:
        CannotStart: one sentence without the password.
    """
    parts = urlsplit(url)
    named = f"{parts.scheme}://{parts.hostname}:{parts.port or 5432}{parts.path}"
    if parts.scheme not in ("postgres", "postgresql", "pgsql"):
        raise CannotStart(f"DATABASE_URL is no PostgreSQL address: {named}")
    try:
        connection = psycopg2.connect(url.replace("pgsql://", "postgresql://", 1), connect_timeout=5)
    except psycopg2.Error as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "no answer"
        raise CannotStart(f"DATABASE_URL ({named}) cannot be used: {reason}") from None
    version = connection.server_version
    connection.close()
    if version < OLDEST_POSTGRES:
        raise CannotStart(f"DATABASE_URL ({named}) is PostgreSQL {version // 10000}; 16 or later is needed.")


def check_mongo(url: str) -> None:
    """Whether MONGODB_URL names a server that lets us in.

    Raises:
        CannotStart: one sentence without the password.
    """
    named = urlsplit(url).hostname or "?"
    try:
        client: pymongo.MongoClient[dict[str, object]] = pymongo.MongoClient(url, serverSelectionTimeoutMS=4000)
        client.admin.command("ping")
        client.close()
    except (PyMongoError, ValueError) as error:
        kind = type(error).__name__
        raise CannotStart(f"MONGODB_URL (at {named}) cannot be used: {kind}: {str(error)[:120]}") from None
