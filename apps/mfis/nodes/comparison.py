"""Whether this node's tables equal another's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils import timezone

from apps.mfis.core import database as own
from apps.mfis.nodes.models import ClusterCheck
from apps.mfis.nodes.peers import Database, PeerAway, peer_database
from apps.mfis.nodes.queries.streams import Table, published_tables
from apps.mfis.nodes.queries.tables import checksum, columns
from apps.mfis.nodes.status import peer_status
from apps.mfis.nodes.streams import wanted_tables

SETTLED_SECONDS = 5  # rows younger than this may still be on their way

MAXIMUM_LISTED = 200  # differences that are kept of one comparison


def verify(letter: str) -> ClusterCheck:
    """Compares count and checksum of every published table with a peer's, for rows recorded up to five seconds ago.

    Raises:
        PeerAway: the peer does not answer.
    """
    started = time.monotonic()
    until = timezone.now() - timedelta(seconds=SETTLED_SECONDS)
    tables = wanted_tables()
    with peer_database(letter) as peer:
        differences = list(_differences(letter, peer, tables, until))
    return ClusterCheck.objects.create(
        peer=letter, seconds=time.monotonic() - started, tables=len(tables), differences=differences[:MAXIMUM_LISTED]
    )


def _differences(letter: str, peer: Database, tables: set[Table], until: datetime) -> Iterator[str]:
    offered = published_tables(peer)
    for schema, table in sorted(offered - tables):
        yield f"{schema}.{table}: only on {letter}"
    for schema, table in sorted(tables):
        if (schema, table) not in offered:
            yield f"{schema}.{table}: not on {letter}"
        elif difference := _difference(letter, peer, (schema, table), until):
            yield f"{schema}.{table}: {difference}"


def _difference(letter: str, peer: Database, table: Table, until: datetime) -> str:
    """How a table differs from the peer's; empty where it does not."""
    ours, theirs = columns(*table, own), columns(*table, peer)
    if ours != theirs:  # one of the two is migrated already
        return f"only one of the two has {', '.join(sorted(set(ours) ^ set(theirs)))}"
    here, there = checksum(*table, ours, until, own), checksum(*table, ours, until, peer)
    if here.rows != there.rows:
        return f"{here.rows} rows here, {there.rows} on {letter}"
    return f"{here.rows} rows on both, and they differ" if here.sum != there.sum else ""


def verify_all() -> list[ClusterCheck | PeerAway]:
    """The same with every peer; one that does not answer is told, and stops no other."""
    checks: list[ClusterCheck | PeerAway] = []
    for status in peer_status():
        try:
            checks.append(verify(status.letter))
        except PeerAway as error:
            checks.append(error)
    return checks
