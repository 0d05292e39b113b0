"""Borrowers who may be one person: of one name, however it is accented, and born on one day.

Among few they are looked for when a page is opened, among many by the worker.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from apps.loans.reporting.models import KeptFigures
from apps.mfis.core.database import fetch_all
from apps.users.accounts.models import BorrowerProfile

LOOKED_FOR_AT_ONCE = 5_000  # borrowers
MOST_TOLD = 1_000

NAME = "duplicates"
KEPT_FOR = timedelta(hours=1)

ALIKE = """
    SELECT unnest(array_agg(p.account_id))
      FROM users_borrowerprofile p JOIN users_account a ON a.id = p.account_id
     WHERE p.date_of_birth IS NOT NULL AND a.merged_into_id IS NULL
     GROUP BY public.letsema_fold(a.full_name), p.date_of_birth HAVING count(*) > 1
     LIMIT %s
"""


class Alike(NamedTuple):
    """The borrowers, at most a thousand, and when the worker found them; None where that is now."""

    borrowers: list[UUID]
    found_at: datetime | None


def borrowers_alike() -> Alike:
    """Borrowers of whom there is another of the same name and day of birth."""
    if not are_many():
        return Alike(_look(), None)
    kept = KeptFigures.objects.filter(pk=NAME).first()
    return Alike([UUID(key) for key in kept.figures["borrowers"]], kept.taken_at) if kept else Alike([], None)


def keep_borrowers_alike() -> None:
    """Looks for them among many, once an hour."""
    now = timezone.now()
    if not are_many() or KeptFigures.objects.filter(pk=NAME, taken_at__gt=now - KEPT_FOR).exists():
        return
    figures = {"borrowers": [str(key) for key in _look()]}
    KeptFigures.objects.update_or_create(name=NAME, defaults={"taken_at": now, "figures": figures})


def are_many() -> bool:
    """Whether there are too many borrowers to look through whenever a page is opened."""
    return BorrowerProfile.objects.order_by()[: LOOKED_FOR_AT_ONCE + 1].count() > LOOKED_FOR_AT_ONCE


def _look() -> list[UUID]:
    return [key for (key,) in fetch_all(ALIKE, [MOST_TOLD])]
