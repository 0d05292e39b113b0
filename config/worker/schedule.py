"""The worker's lanes: what each does again and again, and what becomes of a round that fails."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.conf import settings
from django.db.utils import Error, InterfaceError, OperationalError

from apps.mfis.core.database import connection
from apps.mfis.nodes.queries.schemas import schemas_here
from apps.mfis.tenancy.models import MFI
from apps.mfis.work.queries import note_failed

logger = logging.getLogger("letsema.worker")

DATABASE_AWAY = (OperationalError, InterfaceError)

RETRY_AFTER = 5.0  # seconds after a round that failed for another reason

WAIT_FOR_DATABASE = 2.0  # seconds

WAITS = (1, 5, 30, 120, 360)  # minutes before a job that failed is tried again; the last for every further failure

Say = Callable[[str], object]


class DatabaseAway(Exception):
    """The database ended the connection: whatever was at work is done again once it is back."""


@dataclass(slots=True)
class Worker:
    """What every lane is given: where it says what it did and what went wrong, and whether there is one round only.

    In a single round nothing is tried again, so that a failure is raised.
    """

    say: Say
    warn: Say
    once: bool = False
    upgraded: set[str] = field(default_factory=set)  # schemas whose histories have this release's form
    signed_at: float = float("-inf")  # when it last gave a sign of life


@dataclass(frozen=True, slots=True)
class Lane:
    """Rounds of one kind, each in a thread of its own. A round returns after how many seconds the next begins."""

    name: str
    round: Callable[[Worker], float]


def run(worker: Worker, lanes: list[Lane], prepare: Callable[[Worker], float]) -> None:
    """Prepares, then runs the lanes side by side, each with a connection of its own, until one of them ends.

    Then this process ends too, so that whoever watches it starts it again.
    """
    ended = threading.Event()
    while run_round(worker, Lane("start", prepare)) == WAIT_FOR_DATABASE:
        time.sleep(WAIT_FOR_DATABASE)
    connection.close()
    for lane in lanes:
        threading.Thread(target=_keep_running, args=(worker, lane, ended), name=lane.name, daemon=True).start()
    ended.wait()
    raise SystemExit(1)


def _keep_running(worker: Worker, lane: Lane, ended: threading.Event) -> None:
    try:
        while True:
            time.sleep(run_round(worker, lane))
    except BaseException:
        logger.critical("The worker's lane %s has ended, and the worker with it.", lane.name, exc_info=True)
    finally:
        ended.set()


def run_round(worker: Worker, lane: Lane) -> float:
    """One round; a failure ends the round and no other lane. Returns how long to wait for the next."""
    try:
        return lane.round(worker)
    except (DatabaseAway, *DATABASE_AWAY):
        connection.close()
        worker.warn("The database does not answer; trying again.")
        return WAIT_FOR_DATABASE
    except Exception:
        connection.close()
        logger.exception("The worker's lane %s failed; it goes on.", lane.name)
        return RETRY_AFTER


@contextmanager
def kept_apart(worker: Worker, schema: str, name: str) -> Iterator[None]:
    """What fails inside keeps nothing else waiting: it is noted, and tried again after a wait that grows.

    Raises:
        DatabaseAway: the connection is gone; that is nobody's failure.
    """
    try:
        yield
    except Exception as error:
        if worker.once:
            raise
        if _has_gone(error):
            raise DatabaseAway from error
        logger.exception("%s: %s failed; it is tried again.", schema, name)
        note_failed(schema, name, reason_of(error), WAITS)


def _has_gone(error: Exception) -> bool:
    """Whether the connection ended. A deadlock or a time-out is told by the same class, and leaves it standing."""
    return isinstance(error, DATABASE_AWAY) and not (connection.connection and connection.is_usable())


def reason_of(error: Exception) -> str:
    """What a failure is called, without what stood in it: values of people may be in its own words."""
    cause = error.__cause__
    code = getattr(cause, "pgcode", None) if isinstance(error, Error) else None
    return f"{type(error).__name__} {code}" if code else type(error).__name__


def mfis_here() -> list[MFI]:
    """The MFIs whose schemas this node has; leaves the connection in the public schema."""
    connection.set_schema_to_public()
    mfis = list(MFI.objects.all())
    if not settings.CLUSTER:
        return mfis
    here = set(schemas_here())
    return [mfi for mfi in mfis if mfi.schema_name in here]
