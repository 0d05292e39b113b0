"""The publication, the subscriptions and their slots: what PostgreSQL's catalogs say, and what makes them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from psycopg2 import sql

from apps.mfis.core import database as own
from apps.mfis.core.database import execute, fetch_all, fetch_one
from apps.mfis.nodes.peers import Database
from apps.mfis.nodes.registry import PUBLICATION

Table = tuple[str, str]  # schema and name

PUBLISHED = "SELECT schemaname, tablename FROM pg_publication_tables WHERE pubname = %s"

FOLLOWED = """
    SELECT n.nspname, c.relname FROM pg_subscription_rel r
      JOIN pg_subscription s ON s.oid = r.srsubid JOIN pg_class c ON c.oid = r.srrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace WHERE s.subname = %s
"""

COPYING = """
    SELECT count(*) FILTER (WHERE srsubstate <> 'r'), count(*) FROM pg_subscription_rel r
      JOIN pg_subscription s ON s.oid = r.srsubid WHERE s.subname = %s
"""

COPIED = """
    SELECT format('pg_%%s_sync_%%s_%%s', r.srsubid, r.srrelid, (SELECT system_identifier FROM pg_control_system()))
      FROM pg_subscription_rel r JOIN pg_subscription s ON s.oid = r.srsubid
     WHERE s.subname = %s AND r.srsubstate = 'f'
"""

SUBSCRIBE = """
    CREATE SUBSCRIPTION {} CONNECTION {} PUBLICATION {} WITH (origin = none, copy_data = true, create_slot = false)
"""

INCOMING = """
    SELECT s.subenabled AND w.pid IS NOT NULL, extract(epoch FROM clock_timestamp() - w.last_msg_receipt_time),
           coalesce(t.apply_error_count, 0) + coalesce(t.sync_error_count, 0)
      FROM pg_subscription s
      LEFT JOIN pg_stat_subscription w ON w.subid = s.oid AND w.relid IS NULL AND w.worker_type = 'apply'
      LEFT JOIN pg_stat_subscription_stats t ON t.subid = s.oid WHERE s.subname = %s
"""

OUTGOING = """
    SELECT active, coalesce(wal_status, 'none'), pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)
      FROM pg_replication_slots WHERE slot_name = %s
"""

UNSENT = """
    SELECT 1 FROM pg_replication_slots
     WHERE slot_name LIKE 'letsema_%%' AND active AND confirmed_flush_lsn < %s::pg_lsn
"""


class Incoming(NamedTuple):
    """This node's stream from a peer; `silent_seconds` is None where nothing was ever heard."""

    runs: bool
    silent_seconds: Decimal | None
    errors: int


class Outgoing(NamedTuple):
    """What this node keeps for a peer: whether it reads, what is kept of the log, the bytes it has not confirmed."""

    active: bool
    slot: str
    unsent_bytes: Decimal | None


def published_tables(database: Database = own) -> set[Table]:
    """The tables that a node publishes; none where it is no member of the cluster yet."""
    return {(schema, table) for schema, table in database.fetch_all(PUBLISHED, [PUBLICATION])}


def ensure_publication() -> None:
    """Makes this node's publication, of no table yet, where there is none."""
    if not fetch_one("SELECT 1 FROM pg_publication WHERE pubname = %s", [PUBLICATION]):
        execute(sql.SQL("CREATE PUBLICATION {} WITH (publish = 'insert')").format(sql.Identifier(PUBLICATION)))


def publish_tables(schema: str, tables: Iterable[str], reader: str) -> None:
    """Adds tables of one schema to the publication, and lets the role `reader` of the other nodes read them."""
    listed = sql.SQL(", ").join(sql.Identifier(schema, table) for table in tables)
    role = sql.Identifier(reader)
    execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(schema), role))
    execute(sql.SQL("GRANT SELECT ON {} TO {}").format(listed, role))
    execute(sql.SQL("ALTER PUBLICATION {} ADD TABLE {}").format(sql.Identifier(PUBLICATION), listed))


def subscriptions(prefix: str = "") -> list[str]:
    """The names of this node's subscriptions that begin with `prefix`."""
    return [name for (name,) in fetch_all("SELECT subname FROM pg_subscription WHERE subname LIKE %s", [f"{prefix}%"])]


def has_subscription(name: str) -> bool:
    """Whether this node has a subscription of this name."""
    return fetch_one("SELECT 1 FROM pg_subscription WHERE subname = %s", [name]) is not None


def create_subscription(name: str, conninfo: str) -> None:
    """Follows the publication of the node at `conninfo` from a copy of all it has; the slot `name` is there already."""
    execute(sql.SQL(SUBSCRIBE).format(sql.Identifier(name), sql.Literal(conninfo), sql.Identifier(PUBLICATION)))


def refresh_subscription(name: str) -> None:
    """Follows what has been published since as well, each table from a copy. May not stand in a transaction."""
    execute(sql.SQL("ALTER SUBSCRIPTION {} REFRESH PUBLICATION WITH (copy_data = true)").format(sql.Identifier(name)))


def drop_subscription(name: str) -> None:
    """Ends a subscription, and leaves its slot at the other node."""
    for change in ("ALTER SUBSCRIPTION {} DISABLE", "ALTER SUBSCRIPTION {} SET (slot_name = NONE)"):
        execute(sql.SQL(change).format(sql.Identifier(name)))
    execute(sql.SQL("DROP SUBSCRIPTION {}").format(sql.Identifier(name)))


def followed_tables(subscription: str) -> set[Table]:
    """The tables that a subscription follows."""
    return {(schema, table) for schema, table in fetch_all(FOLLOWED, [subscription])}


def tables_copying(subscription: str) -> tuple[int, int]:
    """How many tables of a subscription are still being copied, and how many it has."""
    row = fetch_one(COPYING, [subscription])
    return (int(row[0]), int(row[1])) if row else (0, 0)


def copied_slots(subscription: str) -> set[str]:
    """The slots of tables whose first copy is done and which still wait for what was written meanwhile."""
    return {name for (name,) in fetch_all(COPIED, [subscription])}


def incoming(subscription: str) -> Incoming | None:
    """How this node's stream from a peer stands; None where there is none."""
    row = fetch_one(INCOMING, [subscription])
    return Incoming(*row) if row else None


def outgoing(slot: str) -> Outgoing | None:
    """How what this node keeps for a peer stands; None where it keeps nothing."""
    row = fetch_one(OUTGOING, [slot])
    return Outgoing(*row) if row else None


def wal_position() -> str:
    """How far this node's log has come."""
    row = fetch_one("SELECT pg_current_wal_lsn()::text")
    return str(row[0]) if row else ""


def has_confirmed(slot: str, position: str) -> bool:
    """Whether who reads from `slot` has everything up to a position of this node's log."""
    query = "SELECT confirmed_flush_lsn >= %s::pg_lsn FROM pg_replication_slots WHERE slot_name = %s"
    row = fetch_one(query, [position, slot])
    return bool(row and row[0])


def all_have_confirmed(position: str) -> bool:
    """Whether every node that reads from this one has everything up to a position of its log."""
    return fetch_one(UNSENT, [position]) is None


def existing_slots(names: Iterable[str], database: Database = own) -> set[str]:
    """Those of these slots that a node keeps."""
    query = "SELECT slot_name FROM pg_replication_slots WHERE slot_name = ANY(%s)"
    return {name for (name,) in database.fetch_all(query, [sorted(names)])}


def slot_status(name: str, database: Database = own) -> str | None:
    """What a node keeps of its log for a slot (`lost`: not all that it must); None where there is no such slot."""
    rows = database.fetch_all("SELECT wal_status FROM pg_replication_slots WHERE slot_name = %s", [name])
    return str(rows[0][0]) if rows else None


def create_slot(name: str, database: Database, seconds: int) -> None:
    """Makes a slot at a node, which waits at most so long for the transactions of its server."""
    database.execute("SET statement_timeout = %s", [f"{seconds}s"])
    database.execute("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", [name])


def end_reader(slot: str, database: Database) -> None:
    """Ends the process at a node that reads from a slot."""
    query = "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = %s AND active"
    database.execute(query, [slot])


def drop_idle_slot(name: str, database: Database) -> bool:
    """Drops a slot at a node unless somebody reads from it. Returns whether it is gone."""
    rows = database.fetch_all("SELECT active FROM pg_replication_slots WHERE slot_name = %s", [name])
    if rows and rows[0][0]:
        return False
    if rows:
        database.execute("SELECT pg_drop_replication_slot(%s)", [name])
    return True


def lock_streams(number: int, node: str, *, wait: bool) -> bool:
    """Takes the lock of those who change a node's streams, for this session. Returns whether it was to be had."""
    if wait:
        execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [number, node])
        return True
    row = fetch_one("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [number, node])
    return bool(row and row[0])


def unlock_streams(number: int, node: str) -> None:
    """Gives that lock back."""
    execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [number, node])
