"""Portfolio snapshots for the public dashboard."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django_tenants.utils import tenant_context

from apps.credit.models import OutboxEntry
from apps.loans.reporting.models import KeptFigures
from apps.loans.reporting.selectors.overall import NAME, Overall, as_kept, count_books, count_overall, is_big, overall
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command
from apps.mfis.core.database import connection
from apps.mfis.core.roles import Action, Role
from apps.mfis.tenancy.models import MFI, PortfolioSnapshot
from apps.users.accounts.models import Account

KEPT_FOR = timedelta(minutes=5)  # before the figures of a big book are counted anew


def keep_figures(day: date) -> Overall:
    """Counts what the pages of a big book say of the whole of it, and keeps that; of a small one nothing is kept.

    Returns the portfolio, as it was kept lately or stands now.
    """
    if not is_big():
        return count_overall(day)
    kept = KeptFigures.objects.filter(pk=NAME, taken_at__gt=timezone.now() - KEPT_FOR).first()
    if kept is None or timezone.localdate(kept.taken_at) != day:
        values = {"taken_at": timezone.now(), "figures": as_kept(count_overall(day), count_books(day))}
        KeptFigures.objects.update_or_create(name=NAME, defaults=values)
    return overall(day)


def snapshot_values(day: date) -> dict[str, Any]:
    """The portfolio of the current schema as it stands on `day`, as the snapshot's columns."""
    found = keep_figures(day)
    figures = found.portfolio
    people = dict(Account.objects.values_list("role").annotate(n=Count("pk")).order_by())
    return {
        "borrowers": figures.borrowers,
        "accounts_of_borrowers": people.get(Role.BORROWER, 0),
        "accounts_of_staff": people.get(Role.MFI_ADMIN, 0),
        "active_loans": figures.loans,
        "loans_by_status": found.by_status,
        "outstanding_principal": figures.glp,
        "par1": figures.par1,
        "par30": figures.par30,
    }


@command(Action.MANAGE_MFIS)
def take_snapshot(*, mfi: MFI, actor: Actor) -> PortfolioSnapshot:
    """Brings the public row of `mfi`'s portfolio up to now. Only its own schema is read.

    Raises:
        NotAllowed: duty.
    """
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
