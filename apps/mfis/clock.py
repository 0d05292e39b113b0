"""Today, as the MFI's people count it."""

from __future__ import annotations

from datetime import date

from django.utils import timezone


def business_date() -> date:
    """The date in Africa/Maseru, whatever the server's clock is set to."""
    return timezone.localdate()
