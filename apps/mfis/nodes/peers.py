"""The other nodes, as the environment names them, and connections to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import psycopg2
from django.conf import settings
from psycopg2.extensions import make_dsn

from apps.mfis.core.database import Statement, Values

CONNECT_SECONDS = 3


class PeerAway(Exception):
    """A peer's database does not answer."""


class Database(Protocol):
    """What queries run on: this node's own database (the module core/database.py) or a peer's."""

    def fetch_all(self, sql: Statement, values: Values = None) -> list[tuple[Any, ...]]: ...

    def execute(self, sql: Statement, values: Values = None) -> int: ...


class PeerDatabase:
    """A node's database over a connection apart from our own, outside any transaction of ours."""

    def __init__(self, connection: psycopg2.extensions.connection) -> None:
        self._connection = connection

    def fetch_all(self, sql: Statement, values: Values = None) -> list[tuple[Any, ...]]:
        """All rows of a query there."""
        with self._connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()

    def execute(self, sql: Statement, values: Values = None) -> int:
        """Runs a statement there. Returns how many rows it changed."""
        with self._connection.cursor() as cursor:
            cursor.execute(sql, values)
            return int(cursor.rowcount)


def peers() -> dict[str, str]:
    """Letter to address (postgres://host:port/database?sslmode=…) of every other node; credentials are apart."""
    return {letter: url for letter, url in settings.PEERS.items() if letter != settings.NODE}


def parameters(letter: str) -> dict[str, str]:
    """What libpq needs to reach a peer as the replication role.

    Raises:
        PeerAway: no such peer in LETSEMA_PEERS.
    """
    if letter not in peers():
        raise PeerAway(f"Node {letter} is not among LETSEMA_PEERS.")
    parts = urlsplit(peers()[letter])
    values = {
        "host": parts.hostname or "",
        "port": str(parts.port or 5432),
        "dbname": parts.path.lstrip("/"),
        "user": settings.REPLICATION_USER,
        "password": settings.REPLICATION_PASSWORD,
    }
    return values | {key: given[0] for key, given in parse_qs(parts.query).items() if key.startswith("ssl")}


def conninfo(letter: str) -> str:
    """The same as one string, for CREATE SUBSCRIPTION. It holds a password: never log it."""
    pairs = parameters(letter) | {"connect_timeout": str(CONNECT_SECONDS), "application_name": slot_name(letter)}
    quoted = {key: value.replace("\\", "\\\\").replace("'", "\\'") for key, value in pairs.items()}
    return " ".join(f"{key}='{value}'" for key, value in quoted.items())


def slot_name(source: str, target: str | None = None) -> str:
    """The name of the subscription of `target` (this node) to `source`, and of its slot there."""
    return f"letsema_{target or settings.NODE}_from_{source}".lower()


@contextmanager
def peer_database(letter: str) -> Iterator[PeerDatabase]:
    """A peer's database, as the replication role, which reads there.

    Raises:
        PeerAway: it does not answer, or not in time.
    """
    with _connect(letter, parameters(letter)) as database:
        yield database


@contextmanager
def replicator() -> Iterator[PeerDatabase]:
    """This node's own database as the replication role, which alone may drop a slot."""
    own = settings.DATABASES["default"]
    values = {
        "host": own["HOST"],
        "port": str(own["PORT"] or 5432),
        "dbname": own["NAME"],
        "user": settings.REPLICATION_USER,
        "password": settings.REPLICATION_PASSWORD,
    }
    with _connect(settings.NODE, values) as database:
        yield database


@contextmanager
def _connect(letter: str, values: dict[str, str]) -> Iterator[PeerDatabase]:
    try:
        connection = psycopg2.connect(
            make_dsn(**values),
            connect_timeout=CONNECT_SECONDS,
            application_name="letsema cluster",
            options="-c statement_timeout=600s -c timezone=UTC",
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=2,
            tcp_user_timeout=8000,
        )
    except psycopg2.OperationalError as error:
        raise PeerAway(f"Node {letter} does not answer: {first_line(error)}") from None
    connection.autocommit = True
    try:
        yield PeerDatabase(connection)
    except psycopg2.OperationalError as error:  # a statement that took too long is one of these as well
        raise PeerAway(f"Node {letter} went away: {first_line(error)}") from None
    finally:
        connection.close()


def first_line(error: Exception) -> str:
    """What a database said first: the rest are hints and places."""
    return str(error).strip().splitlines()[0]
