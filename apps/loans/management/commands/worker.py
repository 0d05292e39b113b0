"""The background worker: takes loan events to the credit histories, and portfolio snapshots for the dashboard.

1. Every second: each MFI's outbox is relayed to MongoDB; while that is away the wait doubles up to half a minute.
2. Every five seconds: messages that are due leave. Every minute: each MFI's snapshot is taken anew.
3. Every hour: sessions that have run out are removed, in every schema; business days that are over are ended, and
   after the last of them the books are verified; reminders are queued, and corrections of other
   lenders told; months that are over are taken to the credit histories, and what is past its time there is removed;
   tables are compared with the other nodes'.
With several nodes, every second: schemas, publication and streams are brought in order (docs/cluster.md), and loan
events that arrived from other nodes are folded.
A database that is away is waited for; nothing is lost, as everything to do stands in it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand, CommandParser
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone
from django_tenants.utils import tenant_context
from pymongo.errors import PyMongoError

from apps.credit.relay import relay_outbox
from apps.credit.retention import apply_retention
from apps.credit.store import StoreAway
from apps.loans.services.arrivals import fold_arrivals
from apps.loans.services.books import check_books
from apps.loans.services.credit_months import take_months
from apps.loans.services.credit_truth import upgrade_histories
from apps.loans.services.day_end import run_due_days
from apps.loans.services.disputes import tell_of_corrections
from apps.loans.services.snapshots import take_snapshot
from apps.loans.services.tellings import remind
from apps.mfis.clock import business_date
from apps.mfis.database import connection
from apps.mfis.errors import NotHome
from apps.mfis.models import MFI
from apps.mfis.replication.agent import reconcile
from apps.mfis.replication.home import is_home
from apps.mfis.replication.peers import PeerAway
from apps.mfis.replication.status import peer_status, verify_all
from apps.mfis.replication.streams import schemas_here
from apps.users.messaging.queue import send_due
from apps.users.services.onboarding import in_schema_of
from apps.users.services.sign_ins import forget_ended
from apps.users.throttling import forget_old_counts

logger = logging.getLogger("letsema.worker")
LONGEST_WAIT = 30.0
SNAPSHOTS_EVERY = 60.0
HOURLY = 3600.0
RETRY_AFTER = 5.0  # seconds: an hourly step that met a database away must not wait for an hour
AGENT_EVERY = 1.0
MESSAGES_EVERY = 5.0


class Command(BaseCommand):
    help = "Relays credit events and takes portfolio snapshots, for ever or once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        self._relay_wait, self._once = 1.0, bool(options["once"])
        self._upgraded: set[str] = set()
        steps: list[tuple[Callable[[], object], Callable[[], float]]] = [
            (self._relay_in_turn, lambda: self._relay_wait),
            (self._messages, lambda: MESSAGES_EVERY),
            (self._snapshots, lambda: SNAPSHOTS_EVERY),
            (self._tidy, lambda: HOURLY),
            (self._day_ends, lambda: HOURLY),
            (self._histories, lambda: HOURLY),
            (self._compare, lambda: HOURLY),
        ]
        if settings.CLUSTER:
            steps.insert(0, (self._agent, lambda: AGENT_EVERY))
        due = [0.0] * len(steps)
        while True:
            for n, (step, every) in enumerate(steps):
                if time.monotonic() >= due[n]:
                    done = self._run(step)
                    due[n] = time.monotonic() + (every() if done else min(every(), RETRY_AFTER))
            if self._once:
                return
            time.sleep(0.5)

    def _run(self, step: Callable[[], object]) -> bool:
        """One step fails alone: the others go on, and it is tried again soon. Whether it was done."""
        try:
            step()
        except (OperationalError, InterfaceError):
            connection.close()
            self.stderr.write("The database does not answer; trying again.")
            time.sleep(2)
            return False
        except Exception:
            if self._once:
                raise
            connection.close()
            logger.exception("The worker's step %s failed; it is tried again.", step.__name__)
            return False
        return True

    def _relay_in_turn(self) -> None:
        self._relay_wait = min(self._relay_wait * 2, LONGEST_WAIT) if self._relay() else 1.0

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

    def _in_each(self, work: Callable[[MFI], object]) -> None:
        """Runs it in each MFI's schema; what fails in one keeps no other waiting."""
        for mfi in self._mfis():
            try:
                with tenant_context(mfi):
                    work(mfi)
            except (OperationalError, InterfaceError):
                raise
            except Exception:
                if self._once:
                    raise
                connection.close()
                logger.exception("%s: %s failed; it is tried again.", mfi.schema_name, work.__name__)

    def _relay(self) -> bool:
        self._away = False
        self._in_each(self._fold_and_relay)
        return self._away

    def _fold_and_relay(self, mfi: MFI) -> None:
        fold_arrivals()
        if self._away:  # the others would only wait for the same time-out
            return
        outcome = relay_outbox()
        if outcome.count:
            self.stdout.write(f"{mfi.schema_name}: {outcome.count} event(s) reached the credit histories")
        if outcome.error:
            self.stderr.write(f"{mfi.schema_name}: {outcome.error}; the outbox keeps its entries.")
        self._away = outcome.away

    def _tidy(self) -> None:
        for mfi in [None, *self._mfis()]:
            with in_schema_of(mfi):
                Session.objects.filter(expire_date__lt=timezone.now()).delete()
                forget_ended()
                forget_old_counts()

    def _day_ends(self) -> None:
        self._in_each(self._end_days)

    def _end_days(self, mfi: MFI) -> None:
        with suppress(NotHome):  # it moves, or moved meanwhile: the new home ends its days
            if is_home() and run_due_days():
                check = check_books()
                if check.breaks:
                    self.stderr.write(f"{mfi.schema_name}: the books have {len(check.breaks)} break(s)")
            if is_home():
                remind(business_date())
                tell_of_corrections()

    def _histories(self) -> None:
        self._in_each(self._keep_histories)

    def _keep_histories(self, mfi: MFI) -> None:
        if not is_home():
            return
        with suppress(PyMongoError, StoreAway):  # an hour later is early enough
            if mfi.schema_name not in self._upgraded:
                upgrade_histories()
                self._upgraded.add(mfi.schema_name)
            for month in take_months():
                self.stdout.write(f"{mfi.schema_name}: {month} is in the credit histories")
            if removed := apply_retention(business_date()):
                self.stdout.write(f"{mfi.schema_name}: past its time in the credit histories, and removed: {removed}")

    def _messages(self) -> None:
        self._in_each(self._send)

    def _send(self, mfi: MFI) -> None:
        _, failed = send_due()
        if failed:
            self.stderr.write(f"{mfi.schema_name}: {failed} message(s) could not leave; see Messages")

    def _snapshots(self) -> None:
        self._in_each(take_snapshot)
