"""Portfolio figures of each MFI as they were when they were last taken."""

from __future__ import annotations

from django.db import models

from apps.mfis.core.tables import Projection
from apps.mfis.tenancy.models.mfi import MFI


class PortfolioSnapshot(Projection):
    """An MFI's portfolio at `taken_at`, for the public dashboard: one small row instead of a walk over schemas."""

    mfi = models.OneToOneField(MFI, on_delete=models.CASCADE, primary_key=True, related_name="snapshot")
    taken_at = models.DateTimeField()
    accounts_of_borrowers = models.PositiveIntegerField(default=0, db_default=0)
    accounts_of_staff = models.PositiveIntegerField(default=0, db_default=0)
    borrowers = models.PositiveIntegerField(default=0)
    loans_by_status = models.JSONField(default=dict)
    active_loans = models.PositiveIntegerField(default=0)
    outstanding_principal = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    par1 = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    par30 = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    outbox_waiting = models.PositiveIntegerField(default=0)
    outbox_oldest = models.DateTimeField(null=True)

    class Meta:
        ordering = ["mfi"]
