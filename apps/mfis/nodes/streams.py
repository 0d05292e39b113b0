"""The publication of this node, and its subscriptions to the others. All of it may be run again and again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from apps.mfis.core.database import PUBLIC
from apps.mfis.nodes.models import ClusterNode
from apps.mfis.nodes.peers import Database, conninfo, peer_database, peers, slot_name
from apps.mfis.nodes.queries import streams as queries
from apps.mfis.nodes.queries.schemas import schemas_here
from apps.mfis.nodes.queries.streams import Table
from apps.mfis.nodes.registry import schema_tables

STREAMS_LOCK = 0x53545245  # "STRE"

SLOT_SECONDS = 30  # how long a slot may wait for the transactions of its server


def offered_tables(letter: str) -> set[Table]:
    """The tables that a peer publishes; none where it is no member of the cluster yet.

    Raises:
        PeerAway: the peer does not answer.
    """
    with peer_database(letter) as peer:
        return queries.published_tables(peer)


def offered_schemas(letter: str) -> frozenset[str]:
    """The schemas of MFIs that a peer publishes rows of."""
    return frozenset(schema for schema, _ in offered_tables(letter)) - {PUBLIC}


def wanted_tables() -> set[Table]:
    """Every table of facts in this database."""
    return set().union(*(schema_tables(schema) for schema in schemas_here()))


def publish() -> set[Table]:
    """Makes the publication, and adds to it what has been made since. Returns the tables added."""
    queries.ensure_publication()
    missing = wanted_tables() - queries.published_tables()
    for schema in sorted({schema for schema, _ in missing}):
        tables = sorted(table for s, table in missing if s == schema)
        queries.publish_tables(schema, tables, settings.REPLICATION_USER)
    return missing


@contextmanager
def alone(*, wait: bool = False) -> Iterator[bool]:
    """Keeps others on this node from changing its streams meanwhile; False where one does so and `wait` is not set.

    The worker's agent looks again and again for streams that are lacking or lost: it would follow again one that a
    command has just dropped, and end the command's own connection with its slot.
    """
    mine = queries.lock_streams(STREAMS_LOCK, settings.NODE, wait=wait)
    try:
        yield mine
    finally:
        if mine:
            queries.unlock_streams(STREAMS_LOCK, settings.NODE)


def is_subscribed(letter: str) -> bool:
    """Whether this node follows a peer."""
    return queries.has_subscription(slot_name(letter))


def subscribe(letter: str) -> None:
    """Follows a peer, beginning with a copy of all that it has. What is here already is let through once.

    The slot is made first, on a connection of its own: CREATE SUBSCRIPTION would make it within a transaction here,
    and a slot waits for every transaction of the peer, so that two nodes that follow each other at once would wait
    for one another for ever, in a way that neither server can see.

    Raises:
        PeerAway: the peer does not answer, or its transactions do not end in time.
    """
    name = slot_name(letter)
    with peer_database(letter) as peer:
        drop_slot(name, peer)
        queries.create_slot(name, peer, SLOT_SECONDS)
    queries.create_subscription(name, conninfo(letter))


def follow_new_tables(letter: str) -> set[Table]:
    """Follows, from a copy, what a peer publishes and this node has but does not follow yet. Returns those tables.

    Raises:
        PeerAway: the peer does not answer.
    """
    name, wanted = slot_name(letter), wanted_tables()
    lacking = wanted - queries.followed_tables(name)
    if not lacking:
        return set()
    offered = offered_tables(letter)
    # Refreshed only when this node has all that the peer publishes: a table that is not here would stop the stream.
    if not lacking & offered or offered - wanted:
        return set()
    queries.refresh_subscription(name)
    return lacking & offered


def lacking_tables(letter: str) -> set[Table]:
    """What a peer publishes and this node does not follow.

    Raises:
        PeerAway: the peer does not answer.
    """
    return offered_tables(letter) - queries.followed_tables(slot_name(letter))


def copying(letter: str) -> tuple[int, int]:
    """How many tables of a peer's stream are still being copied, and how many it has."""
    return queries.tables_copying(slot_name(letter))


def unsubscribe(letter: str, *, slot_is_gone: bool = False) -> None:
    """Stops following a peer and gives its slot back there; where it does not answer, the slot stays its own matter."""
    if not is_subscribed(letter):
        return
    queries.drop_subscription(slot_name(letter))
    if not slot_is_gone:
        with peer_database(letter) as peer:
            drop_slot(slot_name(letter), peer)


def drop_slot(name: str, database: Database) -> None:
    """Drops a slot of this name at a node, ending what reads from it."""
    queries.end_reader(name, database)
    for _ in range(50):
        if queries.drop_idle_slot(name, database):
            return
        time.sleep(0.1)


def resync(letter: str) -> None:
    """Follows a peer afresh with a copy of all it has: after a lost slot, or where rows are missing here.

    Writers go on meanwhile. Rows that only this node has are not touched.

    Raises:
        PeerAway: the peer does not answer.
    """
    offered_tables(letter)  # asked before anything is dropped here
    unsubscribe(letter)
    subscribe(letter)


def is_stopped(letter: str) -> bool:
    """Whether the process that should be receiving from a peer is not running."""
    incoming = queries.incoming(slot_name(letter))
    return incoming is None or not incoming.runs


def slot_is_lost(letter: str) -> bool:
    """Whether the peer no longer keeps what this node has not received.

    Raises:
        PeerAway: the peer does not answer.
    """
    with peer_database(letter) as peer:
        return queries.slot_status(slot_name(letter), peer) in (None, "lost")


def copy_is_lost(letter: str) -> bool:
    """Whether a table waits for the end of a copy that the peer no longer knows of.

    This node notes that a copy is complete without waiting for the disk, then the copy's slot is dropped at the peer. A
    power cut here between the two forgets the note, and the table would ask for that slot for ever.

    Raises:
        PeerAway: the peer does not answer.
    """
    name = slot_name(letter)
    waiting = queries.copied_slots(name)
    if not waiting:
        return False
    with peer_database(letter) as peer:
        kept = queries.existing_slots(waiting, peer)
    # Looked at again: a copy that ended meanwhile has rightly given its slot back.
    return bool((waiting - kept) & queries.copied_slots(name))


def departed_slots() -> set[str]:
    """Slots kept here for nodes that have left."""
    letters = ClusterNode.objects.departed().letters()
    return queries.existing_slots(slot_name(settings.NODE, target=letter) for letter in letters)


def followed() -> list[str]:
    """The letters of the nodes this one follows."""
    prefix = slot_name("", target=settings.NODE)
    letters = {name.removeprefix(prefix).upper() for name in queries.subscriptions(prefix)}
    return sorted(letters & {*peers(), *ClusterNode.objects.letters()})
