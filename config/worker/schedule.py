"""When each step of the worker is due, and what becomes of one that fails."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.db.utils import InterfaceError, OperationalError
from django_tenants.utils import tenant_context

from apps.mfis.core.database import connection
from apps.mfis.nodes.queries.schemas import schemas_here
from apps.mfis.tenancy.models import MFI

logger = logging.getLogger("letsema.worker")

TICK = 0.5  # seconds between two looks at what is due

RETRY_AFTER = 5.0  # seconds: an hourly step that met a database away must not wait for an hour

DATABASE_AWAY = (OperationalError, InterfaceError)

Say = Callable[[str], object]


@dataclass(slots=True)
class Worker:
    """What every step is given: where it says what it did and what went wrong, and whether there is one round only.

    In a single round nothing is tried again, so that a failure is raised.
    """

    say: Say
    warn: Say
    once: bool = False
    upgraded: set[str] = field(default_factory=set)  # schemas whose histories have this release's form


@dataclass(slots=True)
class Step:
    """Something to do every so many seconds. `work` may change `every` for the next time."""

    work: Callable[[Worker, Step], object]
    every: float
    due_at: float = 0.0

    def run_if_due(self, worker: Worker) -> None:
        """Does it where it is due; one that was not done is due again soon."""
        if time.monotonic() < self.due_at:
            return
        done = self._run(worker)
        self.due_at = time.monotonic() + (self.every if done else min(self.every, RETRY_AFTER))

    def _run(self, worker: Worker) -> bool:
        """One step fails alone: the others go on, and it is tried again soon. Whether it was done."""
        try:
            self.work(worker, self)
        except DATABASE_AWAY:
            connection.close()
            worker.warn("The database does not answer; trying again.")
            time.sleep(2)
            return False
        except Exception:
            if worker.once:
                raise
            connection.close()
            logger.exception("The worker's step %s failed; it is tried again.", self.work.__name__)
            return False
        return True


def run(worker: Worker, steps: list[Step]) -> None:
    """Does every step when it is due: for ever, or in one round."""
    while True:
        for step in steps:
            step.run_if_due(worker)
        if worker.once:
            return
        time.sleep(TICK)


def in_each(worker: Worker, work: Callable[[Worker, MFI], object]) -> None:
    """Runs it in the schema of each MFI that stands here; what fails in one keeps no other waiting."""
    for mfi in mfis_here():
        try:
            with tenant_context(mfi):
                work(worker, mfi)
        except DATABASE_AWAY:
            raise
        except Exception:
            if worker.once:
                raise
            connection.close()
            logger.exception("%s: %s failed; it is tried again.", mfi.schema_name, work.__name__)


def mfis_here() -> list[MFI]:
    """The MFIs whose schemas this node has; leaves the connection in the public schema."""
    connection.set_schema_to_public()
    mfis = list(MFI.objects.all())
    if not settings.CLUSTER:
        return mfis
    here = set(schemas_here())
    return [mfi for mfi in mfis if mfi.schema_name in here]
