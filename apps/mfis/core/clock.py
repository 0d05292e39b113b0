"""Today, as the MFI's people count it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from apps.mfis.core.once import read_once


@read_once()
def business_date() -> date:
    """The date in Africa/Maseru, whatever the server's clock is set to. A command is of one day."""
    return timezone.localdate()


def end_of(day: date) -> datetime:
    """The instant `day` ends in Africa/Maseru."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
