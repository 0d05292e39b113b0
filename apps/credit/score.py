"""A score from how loans were repaid, and from nothing else. Fixed points, versioned; the same input, the same score.

Points of version 1, over the payment profiles of all accounts (see profile.py):

    600   where everybody with a history begins
     +4   for each month in which nothing was late or a loan was paid in full, at most +96
    +25   for each loan paid in full, at most +75
    -10 / -30 / -60 / -90   for each of the last 12 months at 1 to 30 / 31 to 60 / 61 to 90 / more days past due,
          by the worst account of the month, at most -240 together
    -40   while something is late now
   -150   where a loan was written off within 24 months

The result lies between 300 and 850. Fewer than three months of any account are no history: that is not a bad one, and
has no score. Band A from 700, B from 620, C from 540, D below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.credit.profile import CLOSED, LOST, MONTHS, NONE

VERSION = 1
BEGIN, MINIMUM, MAXIMUM = 600, 300, 850
MINIMUM_MONTHS = 3
BANDS = (("A", 700), ("B", 620), ("C", 540), ("D", MINIMUM))
PAST_DUE_POINTS = {"1": -10, "2": -30, "3": -60, "4": -90, "5": -90, "6": -90, "7": -90}
PAST_DUE_FLOOR, ON_TIME_CEILING, PAID_CEILING = -240, 96, 75

# What each reason says, and what would raise the score, in both languages.
REASONS: dict[str, dict[str, str]] = {
    "on_time": {
        "en": "Installments were paid on time in {count} of the last 24 months.",
        "st": "Likarolo tsa tefo li lefiloe ka nako likhoeling tse {count} tsa tse 24 tse fetileng.",
    },
    "paid_in_full": {"en": "{count} loan(s) were paid back in full.", "st": "Likalimo tse {count} li lefiloe kaofela."},
    "late": {
        "en": "Something was late in {count} of the last 12 months.",
        "st": "Ho bile le tefo e liehileng likhoeling tse {count} tsa tse 12 tse fetileng.",
    },
    "late_now": {"en": "Something is late now.", "st": "Ho na le tefo e liehileng hona joale."},
    "written_off": {
        "en": "A loan was given up as lost in the last 24 months.",
        "st": "Ho na le kalimo eo ho neng ho sa lebelloe hore e lefuoe likhoeling tse 24 tse fetileng.",
    },
}
ADVICE: dict[str, dict[str, str]] = {
    "late_now": {
        "en": "Pay what is overdue: that alone raises the score at once.",
        "st": "Lefa tse fetiloeng ke nako: seo feela se phahamisa sekoro hang-hang.",
    },
    "late": {
        "en": "Pay each installment by its day: a late month counts for twelve months, then no more.",
        "st": "Lefa karolo ea tefo ka 'ngoe ka letsatsi la eona: khoeli ea tieho e baloa likhoeli tse 12 feela.",
    },
    "written_off": {
        "en": "Talk to the branch about the loan that was given up: what is paid on it still counts.",
        "st": "Buisana le lekala ka kalimo e sa lebelloang ho lefuoa: seo u se lefang se ntse se baloa.",
    },
    "on_time": {
        "en": "Go on paying on time: each month adds to the score.",
        "st": "Tsoela pele ho lefa ka nako: khoeli e 'ngoe le e 'ngoe e eketsa sekoro.",
    },
    "no_history": {
        "en": "There is no score before three months of a loan. That counts for nothing, good or bad.",
        "st": "Ha ho sekoro pele ho likhoeli tse tharo tsa kalimo. Sena ha se behe letho, le letle kapa le lebe.",
    },
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a score: `points` it added or took, and the number that stands in its sentence."""

    code: str
    points: int
    count: int = 0

    def read(self, language: str) -> str:
        """What it says in a language: "en" or "st"."""
        return REASONS[self.code][language].format(count=self.count)

    @property
    def sentence(self) -> str:
        return self.read("en")


@dataclass(frozen=True, slots=True)
class Score:
    """`points` and `band` are None where there is no history. `reasons`: the weightiest first, at most three."""

    points: int | None
    band: str | None
    reasons: tuple[Reason, ...]
    advice: str  # a key of ADVICE
    version: int = VERSION


def score_of(profiles: Sequence[str]) -> Score:
    """The score from the 24-character profiles of a person's accounts.

    Raises:
        ValueError: a profile of another length, or with another sign.
    """
    for profile in profiles:
        if len(profile) != MONTHS or set(profile) - set("01234567-CW"):
            raise ValueError(f"not a payment profile: {profile!r}")
    if not any(len(profile.replace(NONE, "")) >= MINIMUM_MONTHS for profile in profiles):
        return Score(None, None, (), "no_history")
    parts = _parts(profiles)
    points = max(MINIMUM, min(MAXIMUM, BEGIN + sum(p.points for p in parts)))
    weightiest = sorted(parts, key=lambda p: (-abs(p.points), p.code))[:3]
    band = next(name for name, minimum in BANDS if points >= minimum)
    return Score(points, band, tuple(weightiest), _advice(parts))


def _parts(profiles: Sequence[str]) -> list[Reason]:
    months = [[profile[n] for profile in profiles] for n in range(MONTHS)]
    parts = (_on_time(months), _paid(profiles), _past_due(months), _past_due_now(months), _lost(profiles))
    return [part for part in parts if part]


def _advice(parts: list[Reason]) -> str:
    if any(part.code == "late_now" for part in parts):
        return "late_now"
    worst = min(parts, key=lambda p: (p.points, p.code), default=None)
    return worst.code if worst and worst.points < 0 else "on_time"


def _on_time(months: list[list[str]]) -> Reason | None:
    count = sum(1 for signs in months if set(signs) - {NONE} and not set(signs) - {NONE, "0", CLOSED})
    return Reason("on_time", min(4 * count, ON_TIME_CEILING), count) if count else None


def _paid(profiles: Sequence[str]) -> Reason | None:
    count = sum(1 for profile in profiles if CLOSED in profile)
    return Reason("paid_in_full", min(25 * count, PAID_CEILING), count) if count else None


def _past_due(months: list[list[str]]) -> Reason | None:
    worst = [max((s for s in signs if s in PAST_DUE_POINTS), default="") for signs in months[:12]]
    points = [PAST_DUE_POINTS[sign] for sign in worst if sign]
    return Reason("late", max(sum(points), PAST_DUE_FLOOR), len(points)) if points else None


def _past_due_now(months: list[list[str]]) -> Reason | None:
    return Reason("late_now", -40) if set(months[0]) & set(PAST_DUE_POINTS) else None


def _lost(profiles: Sequence[str]) -> Reason | None:
    return Reason("written_off", -150) if any(LOST in profile for profile in profiles) else None
