"""Whether the score does what it is for: how borrowers spread over its bands, and who of a band then failed to pay."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import date

from apps.credit import repository
from apps.credit.profile import DEFAULT
from apps.credit.repository import ScoreRecord
from apps.credit.score import BANDS
from apps.credit.snapshots import ended_months
from apps.mfis.core.database import connection

NAMES = tuple(name for name, _ in BANDS)
NO_HISTORY = "none"


@dataclass(frozen=True, slots=True)
class BandSeen:
    """A band at the end of a month, and what became of it within the twelve months after."""

    band: str  # of NAMES, or NO_HISTORY
    borrowers: int
    share: float  # percent of those with a score; 0 for NO_HISTORY
    followed: int  # who was not in default already then, and whose next months are known
    defaulted: int

    @property
    def rate(self) -> float | None:
        """Percent of the followed that came to be more than 90 days past due, or were given up."""
        return 100 * self.defaulted / self.followed if self.followed else None


@dataclass(frozen=True, slots=True)
class ScoreWatch:
    """How the score of one month fared. `shift` is the population stability index against `compared`."""

    month: date
    seen_until: date | None
    bands: list[BandSeen]
    compared: date | None
    shift: float | None

    @property
    def in_order(self) -> bool:
        """Whether a better band never failed more often than a worse one."""
        rates = [band.rate for band in self.bands if band.band != NO_HISTORY and band.rate is not None]
        return rates == sorted(rates)


def months_scored() -> list[date]:
    """The months with scores at the present MFI, the latest first.

    Raises:
        StoreError: MongoDB does not answer.
    """
    return sorted(repository.months_scored(connection.schema_name), reverse=True)


def watch_score(month: date, *, today: date) -> ScoreWatch:
    """How the scores of a month fared in the twelve months after it, as far as those are over.

    Raises:
        StoreError: MongoDB does not answer.
    """
    mfi = connection.schema_name
    after = [end for end in ended_months(month, today) if end > month][:12]
    bands = _bands(repository.scores_of_month(mfi, month), *_followed(mfi, after))
    compared = next((m for m in months_scored() if m < month and _months_between(m, month) >= 12), None)
    shift = _stability(_shares(mfi, compared), [band.share for band in bands[:-1]]) if compared else None
    return ScoreWatch(month, after[-1] if after else None, bands, compared, shift)


def _followed(mfi: str, months: list[date]) -> tuple[set[str], set[str]]:
    """The persons of whom these months are known, and those of them who came to be in default in one."""
    known, failed = set(), set()
    for person, sign in repository.signs_of_persons(mfi, months):
        known.add(person)
        if sign in DEFAULT:
            failed.add(person)
    return known, failed


def _bands(scores: list[ScoreRecord], known: set[str], failed: set[str]) -> list[BandSeen]:
    counts = Counter(s.band or NO_HISTORY for s in scores)
    scored = sum(counts[name] for name in NAMES)
    bands = []
    for name in (*NAMES, NO_HISTORY):
        healthy = [s.person for s in scores if (s.band or NO_HISTORY) == name and not s.in_default]
        followed = [person for person in healthy if person in known]
        share = 100 * counts[name] / scored if scored and name != NO_HISTORY else 0.0
        bands.append(BandSeen(name, counts[name], share, len(followed), sum(1 for p in followed if p in failed)))
    return bands


def _shares(mfi: str, month: date) -> list[float]:
    counts = Counter(repository.bands_of_month(mfi, month))
    scored = sum(counts[name] for name in NAMES)
    return [100 * counts[name] / scored if scored else 0.0 for name in NAMES]


def _stability(before: list[float], now: list[float]) -> float | None:
    """The population stability index: the sum over bands of (now - before) x ln(now / before), shares as fractions.

    Below 0.10 nothing has moved, above 0.25 the score meets other people than it did. An empty band counts as a tenth
    of a percent, as its logarithm has no end. (Siddiqi, Credit Risk Scorecards, ch. 9.)
    """
    if not sum(before) or not sum(now):
        return None
    pairs = [(max(b, 0.1) / 100, max(n, 0.1) / 100) for b, n in zip(before, now, strict=True)]
    return sum((n - b) * math.log(n / b) for b, n in pairs)


def _months_between(earlier: date, later: date) -> int:
    return (later.year - earlier.year) * 12 + later.month - earlier.month
