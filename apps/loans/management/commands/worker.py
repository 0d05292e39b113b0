"""The background worker: takes loan events to the credit histories, and portfolio snapshots for the dashboard.

1. Every second: each MFI's outbox is relayed to MongoDB; while that is away the wait doubles up to half a minute.
2. Every minute: each MFI's snapshot is taken anew.
3. Every hour: sessions that have run out are removed, in every schema; business days that are over are ended, and
   after the last of them the books are verified; tables are compared with the other nodes'.
With several nodes, every second: schemas, publication and streams are brought in order (docs/cluster.md), and loan
events that arrived from other nodes are folded.
A database that is away is waited for; nothing is lost, as everything to do stands in it.
"""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand, CommandParser
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone
from django_tenants.utils import tenant_context

from apps.credit.relay import relay_outbox
from apps.loans.services.arrivals import fold_arrivals
from apps.loans.services.books import check_books
from apps.loans.services.day_end import run_due_days
from apps.loans.services.snapshots import take_snapshot
from apps.mfis.database import connection
from apps.mfis.models import MFI
from apps.mfis.replication.agent import reconcile
from apps.mfis.replication.home import is_home
from apps.mfis.replication.peers import PeerAway
from apps.mfis.replication.status import peer_status, verify_all
from apps.mfis.replication.streams import schemas_here
from apps.users.services.onboarding import in_schema_of

LONGEST_WAIT = 30.0
SNAPSHOTS_EVERY = 60.0
SESSIONS_EVERY = 3600.0
AGENT_EVERY = 1.0


class Command(BaseCommand):
    help = "Relays credit events and takes portfolio snapshots, for ever or once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        agent_at = relay_at = snapshot_at = sessions_at = 0.0
        wait = 1.0
        while True:
            now = time.monotonic()
            try:
                if settings.CLUSTER and now >= agent_at:
                    self._agent()
                    agent_at = now + AGENT_EVERY
                if now >= relay_at:
                    failed = self._relay()
                    wait = min(wait * 2, LONGEST_WAIT) if failed else 1.0
                    relay_at = now + wait
                if now >= snapshot_at:
                    self._snapshots()
                    snapshot_at = now + SNAPSHOTS_EVERY
                if now >= sessions_at:
                    self._sessions()
                    self._day_ends()
                    self._compare()
                    sessions_at = now + SESSIONS_EVERY
            except (OperationalError, InterfaceError):
                connection.close()
                self.stderr.write("The database does not answer; trying again.")
                time.sleep(2)
            if options["once"]:
                return
            time.sleep(0.5)

    def _agent(self) -> None:
        done = reconcile()
        for line in done.did:
            self.stdout.write(f"node {settings.NODE}: {line}")
        for line in done.problems:
            self.stderr.write(f"node {settings.NODE}: {line}")

    def _compare(self) -> None:
        if not settings.CLUSTER or any(peer.copying for peer in peer_status()):
            return  # while tables are copied they differ, and will be compared the next time
        for check in verify_all():
            if isinstance(check, PeerAway):
                self.stderr.write(str(check))
            elif check.differences:
                self.stderr.write(f"node {check.peer}: {len(check.differences)} table(s) differ; see cluster verify")

    def _mfis(self) -> list[MFI]:
        connection.set_schema_to_public()
        here = set(schemas_here()) if settings.CLUSTER else None
        return [mfi for mfi in MFI.objects.all() if here is None or mfi.schema_name in here]

    def _relay(self) -> bool:
        for mfi in self._mfis():
            with tenant_context(mfi):
                fold_arrivals()
                outcome = relay_outbox()
            if outcome.count:
                self.stdout.write(f"{mfi.schema_name}: {outcome.count} event(s) reached the credit histories")
            if outcome.error:
                self.stderr.write(f"{mfi.schema_name}: {outcome.error}; the outbox keeps its entries.")
            if outcome.away:  # the others would only wait for the same time-out
                return True
        return False

    def _sessions(self) -> None:
        for mfi in [None, *self._mfis()]:
            with in_schema_of(mfi):
                Session.objects.filter(expire_date__lt=timezone.now()).delete()

    def _day_ends(self) -> None:
        for mfi in self._mfis():
            with tenant_context(mfi):
                if is_home() and run_due_days():
                    check = check_books()
                    if check.breaks:
                        self.stderr.write(f"{mfi.schema_name}: the books have {len(check.breaks)} break(s)")

    def _snapshots(self) -> None:
        for mfi in self._mfis():
            take_snapshot(mfi)
