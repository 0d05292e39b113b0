"""Commits that keep nobody waiting for the disk, and answers that do wait for it.

PostgreSQL gives a transaction's locks back once its commit is on the disk. What every receipt of an MFI needs in turn
(the next number, the head of the chain) would so be held for as long as a disk takes, once for each receipt. Where
many wait in turn, a transaction is therefore committed without waiting, and whoever asked is answered once the log is
on the disk as far as that: the log is one, so that whatever a transaction rests on is on the disk before it, and those
who wait at one time wait for one write.

A crash before the answer takes the transaction back, and all that came after it: nobody was told of either. Whoever
tells somebody outside of PostgreSQL what others have committed waits first, too (`wait_for_disk`); its replication
tells other nodes only what is on this one's disk.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from apps.mfis.core.database import connection, execute
from apps.mfis.core.prepared import Query

_COMMIT = Query.cast("commit_at_once", "SELECT set_config('synchronous_commit', %s::text, true)")

# A transaction that leaves something in the log, if only this, which nobody reads, ends once the log is on the disk.
WAIT = "SELECT pg_logical_emit_message(true, 'letsema', '')"


def commit_at_once() -> tuple[Query, list[Any]]:
    """What lets the running transaction commit without waiting for the disk; see `answer_from_disk`."""
    return _COMMIT, ["off"]


def answer_from_disk() -> None:
    """Has the running transaction's caller wait, once it is committed, until all of it is on the disk."""
    # A hook that is there already goes only with a savepoint that takes back what this one is for, too.
    if not any(hook is wait_for_disk for _, hook, _ in connection.run_on_commit):
        transaction.on_commit(wait_for_disk)


def wait_for_disk() -> None:
    """Waits until whatever was committed by now is on the disk. For outside of a transaction."""
    execute(WAIT)
