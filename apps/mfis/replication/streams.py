"""The publication of this node, and its subscriptions to the others. All of it may be run again and again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from psycopg2 import sql

from apps.mfis.database import connection
from apps.mfis.replication.peers import conninfo, peer_connection, peers, slot_name
from apps.mfis.replication.registry import PUBLICATION, schema_tables

# Tables that are published here but that a peer's stream does not follow yet, or the other way round, are found by
# comparing these.
PUBLISHED = "SELECT schemaname, tablename FROM pg_publication_tables WHERE pubname = %s"
FOLLOWED = """
    SELECT n.nspname, c.relname FROM pg_subscription_rel r
      JOIN pg_subscription s ON s.oid = r.srsubid JOIN pg_class c ON c.oid = r.srrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace WHERE s.subname = %s
"""
READY = """
    SELECT count(*) FILTER (WHERE srsubstate <> 'r'), count(*) FROM pg_subscription_rel r
      JOIN pg_subscription s ON s.oid = r.srsubid WHERE s.subname = %s
"""
# The slots of tables whose first copy is done and which still wait for what was written meanwhile.
COPIED = """
    SELECT format('pg_%%s_sync_%%s_%%s', r.srsubid, r.srrelid, (SELECT system_identifier FROM pg_control_system()))
      FROM pg_subscription_rel r JOIN pg_subscription s ON s.oid = r.srsubid
     WHERE s.subname = %s AND r.srsubstate = 'f'
"""
Tables = set[tuple[str, str]]
STREAMS_LOCK = 0x53545245  # "STRE"
SLOT_SECONDS = 30  # how long a slot may wait for the transactions of its server


def rows(statement: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def run(statement: sql.Composable | str) -> None:
    """Runs a statement that may not stand in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(statement if isinstance(statement, str) else statement.as_string(cursor.cursor))


def schemas_here() -> list[str]:
    """The public schema, and every MFI's that this node has made and told of."""
    found = rows(
        "SELECT DISTINCT r.schema_name FROM public.mfis_schemaready r JOIN pg_namespace n ON n.nspname = r.schema_name "
        "WHERE r.node = %s ORDER BY 1",
        settings.NODE,
    )
    return ["public", *(row[0] for row in found)]


def made_schemas() -> list[str]:
    """The schemas of MFIs that stand in this database."""
    found = rows("SELECT m.schema_name FROM public.mfis_mfi m JOIN pg_namespace n ON n.nspname = m.schema_name")
    return sorted(row[0] for row in found)


def offered_tables(letter: str) -> Tables:
    """The tables that a peer publishes; none where it is no member of the cluster yet.

    Raises:
        PeerAway: the peer does not answer.
    """
    with peer_connection(letter) as cursor:
        cursor.execute(PUBLISHED, [PUBLICATION])
        return {tuple(row) for row in cursor.fetchall()}


def offered_schemas(letter: str) -> frozenset[str]:
    """The schemas of MFIs that a peer publishes rows of."""
    return frozenset(schema for schema, _ in offered_tables(letter)) - {"public"}


def wanted_tables() -> Tables:
    """Every table of facts in this database."""
    return set().union(*(schema_tables(schema) for schema in schemas_here()))


def publish() -> Tables:
    """Makes the publication, and adds to it what has been made since. Returns the tables added."""
    if not rows("SELECT 1 FROM pg_publication WHERE pubname = %s", PUBLICATION):
        run(sql.SQL("CREATE PUBLICATION {} WITH (publish = 'insert')").format(sql.Identifier(PUBLICATION)))
    missing = wanted_tables() - {tuple(row) for row in rows(PUBLISHED, PUBLICATION)}
    reader = sql.Identifier(settings.REPLICATION_USER)
    for schema in sorted({schema for schema, _ in missing}):
        tables = sql.SQL(", ").join(sql.Identifier(s, t) for s, t in sorted(missing) if s == schema)
        run(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(schema), reader))
        run(sql.SQL("GRANT SELECT ON {} TO {}").format(tables, reader))
        run(sql.SQL("ALTER PUBLICATION {} ADD TABLE {}").format(sql.Identifier(PUBLICATION), tables))
    return missing


@contextmanager
def alone(*, wait: bool = False) -> Iterator[bool]:
    """Keeps others on this node from changing its streams meanwhile; False where one does so and `wait` is not set.

    The worker's agent looks again and again for streams that are lacking or lost: it would take up one that a command
    has just dropped, and end the command's own connection with its slot.
    """
    place = [STREAMS_LOCK, settings.NODE]
    if wait:
        rows("SELECT pg_advisory_lock(%s, hashtext(%s))::text", *place)
        mine = True
    else:
        mine = bool(rows("SELECT pg_try_advisory_lock(%s, hashtext(%s))", *place)[0][0])
    try:
        yield mine
    finally:
        if mine:
            rows("SELECT pg_advisory_unlock(%s, hashtext(%s))", *place)


def is_subscribed(letter: str) -> bool:
    return bool(rows("SELECT 1 FROM pg_subscription WHERE subname = %s", slot_name(letter)))


def subscribe(letter: str) -> None:
    """Follows a peer, beginning with a copy of all that it has. What is here already is let through once.

    The slot is made first, on a connection of its own: CREATE SUBSCRIPTION would make it within a transaction here,
    and a slot waits for every transaction of the peer, so that two nodes that follow each other at once would wait
    for one another for ever, in a way that neither server can see.

    Raises:
        PeerAway: the peer does not answer, or its transactions do not end in time.
    """
    with peer_connection(letter) as cursor:
        drop_slots(cursor, slot_name(letter))
        cursor.execute("SET statement_timeout = %s", [f"{SLOT_SECONDS}s"])
        cursor.execute("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", [slot_name(letter)])
    run(
        sql.SQL(
            "CREATE SUBSCRIPTION {} CONNECTION {} PUBLICATION {} "
            "WITH (origin = none, copy_data = true, create_slot = false)"
        ).format(sql.Identifier(slot_name(letter)), sql.Literal(conninfo(letter)), sql.Identifier(PUBLICATION))
    )


def follow_new_tables(letter: str) -> Tables:
    """Takes up, with a copy, what a peer publishes and this node has but does not follow. Returns those tables.

    Raises:
        PeerAway: the peer does not answer.
    """
    lacking = wanted_tables() - {tuple(row) for row in rows(FOLLOWED, slot_name(letter))}
    if not lacking:
        return set()
    offered = offered_tables(letter)
    # Refreshed only when this node has all that the peer publishes: a table that is not here would stop the stream.
    if not lacking & offered or offered - wanted_tables():
        return set()
    name = sql.Identifier(slot_name(letter))
    run(sql.SQL("ALTER SUBSCRIPTION {} REFRESH PUBLICATION WITH (copy_data = true)").format(name))
    return lacking & offered


def copying(letter: str) -> tuple[int, int]:
    """How many tables of a peer's stream are still being copied, and how many it has."""
    left, of = rows(READY, slot_name(letter))[0]
    return int(left), int(of)


def unsubscribe(letter: str, *, slot_is_gone: bool = False) -> None:
    """Stops following a peer and gives its slot back there; where it does not answer, the slot stays its own matter."""
    if not is_subscribed(letter):
        return
    name = sql.Identifier(slot_name(letter))
    run(sql.SQL("ALTER SUBSCRIPTION {} DISABLE").format(name))
    run(sql.SQL("ALTER SUBSCRIPTION {} SET (slot_name = NONE)").format(name))
    run(sql.SQL("DROP SUBSCRIPTION {}").format(name))
    if not slot_is_gone:
        with peer_connection(letter) as cursor:
            drop_slots(cursor, slot_name(letter))


def drop_slots(cursor: Any, name: str) -> None:
    """Drops a slot of this name, ending what holds it."""
    cursor.execute(
        "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = %s AND active", [name]
    )
    for _ in range(50):
        cursor.execute("SELECT active FROM pg_replication_slots WHERE slot_name = %s", [name])
        found = cursor.fetchone()
        if found is None:
            return
        if not found[0]:
            cursor.execute("SELECT pg_drop_replication_slot(%s)", [name])
            return
        cursor.execute("SELECT pg_sleep(0.1)")


def resync(letter: str) -> None:
    """Follows a peer afresh with a copy of all it has: after a lost slot, or where rows are missing here.

    Writers go on meanwhile. Rows that only this node has are not touched.

    Raises:
        PeerAway: the peer does not answer.
    """
    with peer_connection(letter) as cursor:
        cursor.execute("SELECT 1")
    unsubscribe(letter)
    subscribe(letter)


def slot_is_lost(letter: str) -> bool:
    """Whether the peer no longer keeps what this node has not received.

    Raises:
        PeerAway: the peer does not answer.
    """
    with peer_connection(letter) as cursor:
        cursor.execute("SELECT wal_status FROM pg_replication_slots WHERE slot_name = %s", [slot_name(letter)])
        found = cursor.fetchone()
    return found is None or found[0] == "lost"


def copy_is_lost(letter: str) -> bool:
    """Whether a table waits for the end of a copy that the peer no longer knows of.

    This node notes that a copy is complete without waiting for the disk, then the copy's slot is dropped at the peer. A
    power cut here between the two forgets the note, and the table would ask for that slot for ever.

    Raises:
        PeerAway: the peer does not answer.
    """
    waiting = {row[0] for row in rows(COPIED, slot_name(letter))}
    if not waiting:
        return False
    with peer_connection(letter) as cursor:
        cursor.execute("SELECT slot_name FROM pg_replication_slots WHERE slot_name = ANY(%s)", [sorted(waiting)])
        kept = {row[0] for row in cursor.fetchall()}
    # Looked at again: a copy that ended meanwhile has rightly given its slot back.
    return bool((waiting - kept) & {row[0] for row in rows(COPIED, slot_name(letter))})


def departed_slots() -> list[str]:
    """Slots kept here for nodes that have left."""
    letters = [row[0] for row in rows("SELECT letter FROM public.mfis_clusternode WHERE has_left")]
    names = [slot_name(settings.NODE, target=letter) for letter in letters]
    return [row[0] for row in rows("SELECT slot_name FROM pg_replication_slots WHERE slot_name = ANY(%s)", names)]


def followed() -> list[str]:
    """The letters of the nodes this one follows."""
    prefix = slot_name("", target=settings.NODE)
    found = rows("SELECT subname FROM pg_subscription WHERE subname LIKE %s", f"{prefix}%")
    return sorted({*(row[0].removeprefix(prefix).upper() for row in found)} & {*peers(), *_known_letters()})


def _known_letters() -> set[str]:
    return {row[0] for row in rows("SELECT letter FROM public.mfis_clusternode")}
