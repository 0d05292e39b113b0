"""The other nodes, as the environment names them, and connections to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg2
from django.conf import settings
from psycopg2.extensions import make_dsn

CONNECT_SECONDS = 3


class PeerAway(Exception):
    """A peer's database does not answer."""


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
    found = {
        "host": parts.hostname or "",
        "port": str(parts.port or 5432),
        "dbname": parts.path.lstrip("/"),
        "user": settings.REPLICATION_USER,
        "password": settings.REPLICATION_PASSWORD,
    }
    found |= {key: values[0] for key, values in parse_qs(parts.query).items() if key.startswith("ssl")}
    return found


def conninfo(letter: str) -> str:
    """The same as one string, for CREATE SUBSCRIPTION. It holds a password: never log it."""
    pairs = parameters(letter) | {"connect_timeout": str(CONNECT_SECONDS), "application_name": slot_name(letter)}
    quoted = {key: value.replace("\\", "\\\\").replace("'", "\\'") for key, value in pairs.items()}
    return " ".join(f"{key}='{value}'" for key, value in quoted.items())


def slot_name(source: str, target: str | None = None) -> str:
    """The name of the subscription of `target` (this node) to `source`, and of its slot there."""
    return f"letsema_{target or settings.NODE}_from_{source}".lower()


@contextmanager
def peer_connection(letter: str) -> Iterator[Any]:
    """A cursor on a peer, reading, outside any transaction of ours.

    Raises:
        PeerAway: it does not answer, or not in time.
    """
    with _connection(letter, parameters(letter)) as cursor:
        yield cursor


@contextmanager
def replicator() -> Iterator[Any]:
    """A cursor on this node's own database as the replication role, which alone may drop a slot."""
    own = settings.DATABASES["default"]
    found = {
        "host": own["HOST"],
        "port": str(own["PORT"] or 5432),
        "dbname": own["NAME"],
        "user": settings.REPLICATION_USER,
        "password": settings.REPLICATION_PASSWORD,
    }
    with _connection(settings.NODE, found) as cursor:
        yield cursor


@contextmanager
def _connection(letter: str, values: dict[str, str]) -> Iterator[Any]:
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
        raise PeerAway(f"Node {letter} does not answer: {str(error).strip().splitlines()[0]}") from None
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    except psycopg2.OperationalError as error:  # a statement that took too long is one of these as well
        raise PeerAway(f"Node {letter} went away: {str(error).strip().splitlines()[0]}") from None
    finally:
        connection.close()
