"""The kinds of jobs, and how often each is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from apps.mfis.core.clock import business_date, end_of

HOUR = timedelta(hours=1)
AFTER_MIDNIGHT = timedelta(minutes=1)
SPREAD = HOUR  # over which MFIs' jobs of one time are spread, so that they do not come all at once

# What people have sent, which is done in a lane of its own: 100,000 rows keep no day end waiting.
IMPORTS = "imports"
FILES = "files"  # exports that are too long to wait for, in the same lane

# What every transaction's note asks for is no job with a time of its own; it stands among them where it fails.
NOTES = "notes"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of job.

    `every` is None for what is done once a business day, after midnight. `after_change` is how long after it was last
    done it is done again when something has happened in the schema; None: it keeps to its times.
    """

    name: str
    title: str
    every: timedelta | None = None
    after_change: timedelta | None = None
    asks_histories: bool = False  # it waits while MongoDB is away

    @property
    def seconds_after_change(self) -> float:
        return self.after_change.total_seconds() if self.after_change else 0.0


OF_EACH_MFI = (
    Kind("day", "Day end, and verification of the books"),
    Kind("reminders", "Reminders", after_change=HOUR),
    Kind("snapshot", "Portfolio figures", after_change=timedelta(minutes=1)),
    Kind("histories", "Months and retention of the credit histories", asks_histories=True),
    Kind("told", "Telling of look-ups and corrections", asks_histories=True),
    Kind("tidy", "Tidying of sessions and old imports", every=6 * HOUR),
    Kind(IMPORTS, "Imports of spreadsheets", every=6 * HOUR),
    Kind(FILES, "Files that people wait for", every=6 * HOUR),
)
OF_THE_NODE = (
    Kind("sweep", "Looking for work that no note tells of", every=HOUR),
    Kind("tidy", "Tidying of sessions and old imports", every=HOUR),
    Kind(IMPORTS, "Imports of spreadsheets", every=6 * HOUR),
    Kind(FILES, "Files that people wait for", every=6 * HOUR),
    Kind("news", "Looking for look-ups and corrections", every=HOUR, asks_histories=True),
    Kind("compare", "Comparison with the other nodes", every=HOUR),
)
ASKING_HISTORIES = sorted({kind.name for kind in (*OF_EACH_MFI, *OF_THE_NODE) if kind.asks_histories})


def title_of(name: str) -> str:
    """What people call a kind of job."""
    titles = {kind.name: kind.title for kind in (*OF_THE_NODE, *OF_EACH_MFI)}
    return titles.get(name, "Events and messages that wait")


def next_due(kind: Kind, schema: str, now: datetime) -> datetime:
    """When a job that was done now is due again: the same for a schema each day, and another for each."""
    if kind.every is None:
        return end_of(business_date()) + AFTER_MIDNIGHT + SPREAD * _share(kind.name, schema)
    return now + kind.every


def _share(*parts: str) -> float:
    """A number from 0 to 1 that is always the same for the same words."""
    return int.from_bytes(sha256("/".join(parts).encode()).digest()[:4]) / 2**32
