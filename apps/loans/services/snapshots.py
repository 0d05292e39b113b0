"""Portfolio snapshots for the public dashboard, and the worker's round that takes them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from django_tenants.utils import tenant_context

from apps.credit.models import OutboxEntry
from apps.loans.selectors import portfolio as figures
from apps.mfis.clock import business_date
from apps.mfis.database import connection
from apps.mfis.models import MFI, PortfolioSnapshot


def snapshot_values(on: date) -> dict[str, Any]:
    """The portfolio of the current schema as it stands `on`."""
    found = figures.portfolio(on)
    return {
        "borrowers": found.borrowers,
        "active_loans": found.loans,
        "loans_by_status": figures.by_status(),
        "outstanding_principal": found.glp,
        "par1": found.par1,
        "par30": found.par30,
    }


def take_snapshot(mfi: MFI) -> PortfolioSnapshot:
    """Brings the public row of `mfi`'s portfolio up to now. Only its own schema is read."""
    with tenant_context(mfi):
        waiting = OutboxEntry.objects.filter(relayed_at=None)
        values = {
            "taken_at": timezone.now(),
            **snapshot_values(business_date()),
            "outbox_waiting": waiting.count(),
            "outbox_oldest": waiting.order_by("id").values_list("queued_at", flat=True).first(),
        }
    connection.set_schema_to_public()
    snapshot, _ = PortfolioSnapshot.objects.update_or_create(mfi=mfi, defaults=values)
    return snapshot
