"""How this node's streams stand, and whether its tables equal another's."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from psycopg2 import sql

from apps.mfis.database import connection
from apps.mfis.models import ClusterCheck, ClusterNode, Conflict, ConflictDecision
from apps.mfis.replication.peers import PeerAway, peer_connection, peers, slot_name
from apps.mfis.replication.streams import copying, rows, wanted_tables

SILENT_SECONDS = 8  # a running peer is heard every second; see wal_receiver_status_interval
SETTLED_SECONDS = 5  # rows younger than this may still be on their way
IN = """
    SELECT s.subenabled, w.pid IS NOT NULL, extract(epoch FROM clock_timestamp() - w.last_msg_receipt_time),
           extract(epoch FROM w.last_msg_receipt_time - w.last_msg_send_time),
           coalesce(t.apply_error_count, 0), coalesce(t.sync_error_count, 0)
      FROM pg_subscription s LEFT JOIN pg_stat_subscription w ON w.subid = s.oid AND w.relid IS NULL
                                                             AND w.worker_type = 'apply'
      LEFT JOIN pg_stat_subscription_stats t ON t.subid = s.oid WHERE s.subname = %s
"""
OUT = """
    SELECT active, wal_status, pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)
      FROM pg_replication_slots WHERE slot_name = %s
"""

# The catalog itself: information_schema shows a role only what it may use.
COLUMNS = """
    SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class PeerStatus:
    """One peer as this node sees it. Seconds and bytes are None where nothing is known."""

    letter: str
    name: str
    receives_from: bool
    silent_seconds: float | None
    apply_errors: int
    copying: int
    tables: int
    sends_to: bool
    slot: str
    unsent_bytes: int | None

    @property
    def problem(self) -> str:
        """What is wrong, in a few words; empty when all is well."""
        if self.slot == "lost":
            return "lost what was kept for it: resync it there"
        if not self.receives_from:
            return "nothing arrives from it"
        if not self.sends_to:
            return "it does not receive"
        if self.copying:
            return f"copying, {self.copying} of {self.tables} tables left"
        return ""

    def told(self) -> dict[str, Any]:
        return {**asdict(self), "problem": self.problem}


def peer_status() -> list[PeerStatus]:
    """Every peer that has not left, as this node's own catalog tells: nothing is asked of a peer."""
    nodes = {n.letter: n for n in ClusterNode.objects.exclude(letter=settings.NODE)}
    letters = sorted({*peers(), *nodes} - {letter for letter, node in nodes.items() if node.has_left})
    return [_status(letter, nodes[letter].name if letter in nodes else "") for letter in letters]


def _status(letter: str, name: str) -> PeerStatus:
    incoming = rows(IN, slot_name(letter))
    enabled, running, silent, _, errors, sync_errors = incoming[0] if incoming else (False, False, None, None, 0, 0)
    outgoing = rows(OUT, slot_name(settings.NODE, target=letter))
    active, wal, unsent = outgoing[0] if outgoing else (False, "none", None)
    left, tables = copying(letter) if incoming else (0, 0)
    heard = bool(enabled and running and silent is not None and silent < SILENT_SECONDS)
    return PeerStatus(
        letter=letter,
        name=name,
        receives_from=heard,
        silent_seconds=None if silent is None else float(silent),
        apply_errors=int(errors) + int(sync_errors),
        copying=left,
        tables=tables,
        sends_to=bool(active),
        slot=str(wal or "none"),
        unsent_bytes=None if unsent is None else int(unsent),
    )


def open_conflicts() -> int:
    """How many conflicts nobody has decided on."""
    return Conflict.objects.exclude(pk__in=ConflictDecision.objects.values("conflict")).count()


def verify(letter: str, *, at: datetime | None = None) -> ClusterCheck:
    """Compares count and checksum of every published table with a peer's, for rows recorded up to a common instant.

    Raises:
        PeerAway: the peer does not answer.
    """
    started = time.monotonic()
    until = at or timezone.now() - timedelta(seconds=SETTLED_SECONDS)
    differences: list[str] = []
    tables = sorted(wanted_tables())
    with peer_connection(letter) as theirs, connection.cursor() as ours:
        theirs.execute("SELECT schemaname, tablename FROM pg_publication_tables WHERE pubname = 'letsema'")
        offered = {tuple(row) for row in theirs.fetchall()}
        for schema, table in sorted(offered - set(tables)):
            differences.append(f"{schema}.{table}: only on {letter}")
        for schema, table in tables:
            if (schema, table) not in offered:
                differences.append(f"{schema}.{table}: not on {letter}")
                continue
            columns = []
            for cursor in (ours, theirs):
                cursor.execute(COLUMNS, [schema, table])
                columns.append([row[0] for row in cursor.fetchall()])
            if columns[0] != columns[1]:  # one of the two is migrated already
                only = ", ".join(sorted(set(columns[0]) ^ set(columns[1])))
                differences.append(f"{schema}.{table}: only one of the two has {only}")
                continue
            statement = _checksum(schema, table, columns[0]).as_string(ours.cursor)
            found = []
            for cursor in (ours, theirs):
                cursor.execute(statement, [until.astimezone(UTC)])
                found.append(cursor.fetchone())
            (here, mine), (there, its) = found
            if here != there:
                differences.append(f"{schema}.{table}: {here} rows here, {there} on {letter}")
            elif mine != its:
                differences.append(f"{schema}.{table}: {here} rows on both, and they differ")
    return ClusterCheck.objects.create(
        peer=letter, seconds=time.monotonic() - started, tables=len(tables), differences=differences[:200]
    )


def _checksum(schema: str, table: str, columns: list[str]) -> sql.Composable:
    """Columns by name, so that the order in which migrations added them does not matter."""
    listed = sql.SQL(", ").join(sql.SQL("to_jsonb(t.{})").format(sql.Identifier(c)) for c in columns)
    return sql.SQL(
        "SELECT count(*), coalesce(sum(hashtextextended(ROW({})::text, 0)::numeric), 0) FROM {} t "
        "WHERE t.recorded_at <= %s"
    ).format(listed, sql.Identifier(schema, table))


def verify_all(*, at: datetime | None = None) -> list[ClusterCheck | PeerAway]:
    """The same with every peer; one that does not answer is told, and stops no other."""
    found: list[ClusterCheck | PeerAway] = []
    for status in peer_status():
        try:
            found.append(verify(status.letter, at=at))
        except PeerAway as error:
            found.append(error)
    return found
