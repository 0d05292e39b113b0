"""What is away: recorded by the worker and by whoever meets a failure, and read by pages, which never ask for it.

What is recorded may be rolled back with the transaction that met it; the worker's own look follows within seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from apps.mfis.work import queries
from apps.mfis.work.models import Health

What = Health.What

MISSED_AFTER = timedelta(minutes=1)  # without a sign of the worker, it is said to be away


def met_failure(what: str, error: str) -> None:
    """Notes that something did not answer, with a reason that names no address and no secret."""
    queries.met_failure(what, error)


def seen_well(what: str) -> bool:
    """Notes that something answered. Whether it had been away."""
    return queries.seen_well(what)


def is_away(what: str) -> bool:
    """Whether something is known to be away, so that asking would only wait for the time-out again."""
    return what in queries.known_away()


def failing_since(what: str) -> datetime | None:
    """Since when something has not answered; None where it did when it was last asked."""
    return Health.objects.filter(pk=what).values_list("failing_since", flat=True).first()


def what_is_away(kinds: Iterable[str] = What.values) -> list[Health]:
    """What does not answer; also a worker that has given no sign for a minute, with `failing_since` as its last."""
    known = {row.what: row for row in Health.objects.filter(what__in=list(kinds))}
    worker = known.get(What.WORKER)
    if worker and worker.well_at and worker.well_at < timezone.now() - MISSED_AFTER:
        worker.failing_since = worker.failing_since or worker.well_at
    return [row for what in What.values if (row := known.get(what)) and row.failing_since]
