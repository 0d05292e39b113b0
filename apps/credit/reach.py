"""Whether the credit histories can be reached, as it was recorded: nobody waits for a time-out twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from apps.credit.repository import StoreAway
from apps.mfis.work import health


@contextmanager
def asking_histories() -> Iterator[None]:
    """Asks MongoDB on behalf of somebody who waits for the answer; a failure that is met is recorded.

    Raises:
        StoreAway: MongoDB does not answer; at once, where it is known not to.
    """
    if health.is_away(health.What.MONGODB):
        raise StoreAway("MongoDB does not answer.")
    try:
        yield
    except StoreAway as error:
        health.met_failure(health.What.MONGODB, str(error))
        raise
