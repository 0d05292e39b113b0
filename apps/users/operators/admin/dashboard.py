"""Letsema's dashboard: the portfolio of all MFIs, from snapshots, with the time they were taken."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import F, Max, Min, Sum
from django.http import HttpRequest

from apps.mfis.core.roles import Action, Role
from apps.mfis.nodes.selectors import count_undecided
from apps.mfis.nodes.status import peer_status
from apps.mfis.tenancy.models import MFI, PortfolioSnapshot
from apps.mfis.work import health
from apps.mfis.work.selectors import count_failing, failing_jobs
from apps.users.accounts.models import Account
from apps.users.back_office.sites import Link, public_site

MAXIMUM_BARS = 12  # and rows: the page stays as it is, however many MFIs there are


def dashboard(request: HttpRequest) -> dict[str, Any]:
    """What admin/dashboard_public.html shows."""
    totals = _totals()
    principal = totals["glp"] or Decimal(0)
    largest = F("snapshot__outstanding_principal").desc(nulls_last=True)
    mfis = list(MFI.objects.select_related("snapshot").order_by(largest, "name")[:MAXIMUM_BARS])
    return {
        "title": "Dashboard",
        "totals": totals,
        "node_problems": [peer for peer in peer_status() if peer.problem] if settings.CLUSTER else [],
        "par30_percent": _percent(totals["par30"] or Decimal(0), principal),
        "mfis": mfis,
        "mfi_count": MFI.objects.count(),
        "people": _people(totals),
        "failing_jobs": failing_jobs(),
        "every_mfi": True,
        "away": health.what_is_away(),
        "charts": {"chart-mfis": _chart([mfi for mfi in mfis if hasattr(mfi, "snapshot")])},
    }


def _totals() -> dict[str, Any]:
    return PortfolioSnapshot.objects.aggregate(
        glp=Sum("outstanding_principal"),
        par30=Sum("par30"),
        loans=Sum("active_loans"),
        borrowers=Sum("borrowers"),
        waiting=Sum("outbox_waiting"),
        oldest=Min("outbox_oldest"),
        taken=Max("taken_at"),
        stale=Min("taken_at"),
        accounts_of_borrowers=Sum("accounts_of_borrowers"),
        accounts_of_staff=Sum("accounts_of_staff"),
    )


def _people(totals: dict[str, Any]) -> dict[str, int]:
    """How many accounts there are by role: those of MFIs as their snapshots counted them."""
    counts = {
        Role.MFI_ADMIN: totals["accounts_of_staff"],
        Role.BORROWER: totals["accounts_of_borrowers"],
        Role.LETSEMA_ADMIN: Account.objects.count(),
    }
    return {str(role.label): count for role, count in counts.items() if count}


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    return (part / whole * 100).quantize(Decimal("0.1")) if whole else Decimal(0)


def _chart(mfis: list[MFI]) -> dict[str, Any]:
    """Bars for Chart.js: the principal outstanding at each MFI, and what of it is thirty days past due."""
    principal = [float(mfi.snapshot.outstanding_principal) for mfi in mfis]
    par30 = [float(mfi.snapshot.par30) for mfi in mfis]
    datasets = [
        {"label": "Outstanding principal", "backgroundColor": "#0f6f57", "data": principal},
        {"label": "PAR 30", "backgroundColor": "#b3423b", "data": par30},
    ]
    return {"type": "bar", "data": {"labels": [mfi.name for mfi in mfis], "datasets": datasets}}


public_site.dashboard = dashboard

public_site.menu = [
    ("", [Link("Dashboard", "fas fa-th-large", "admin:index")]),
    (
        "Institutions",
        [
            Link("MFIs", "fas fa-landmark", "admin:mfis_mfi_changelist"),
            Link("People", "fas fa-users", "admin:mfis_directoryentry_changelist"),
            Link("Imports", "fas fa-file-import", "admin:users_importrun_changelist", action=Action.IMPORT_ROWS),
            Link("Files", "fas fa-file-download", "admin:users_exportedfile_changelist"),
        ],
    ),
    (
        "Letsema",
        [
            Link("Colleagues", "fas fa-user-shield", "admin:users_account_changelist", action=Action.MANAGE_PEOPLE),
            Link(
                "Changed addresses",
                "fas fa-address-book",
                "admin:users_contactchange_changelist",
                action=Action.MANAGE_PEOPLE,
            ),
            Link(
                "Nodes",
                "fas fa-server",
                "admin:mfis_clusternode_changelist",
                action=Action.MANAGE_MFIS,
                count=count_undecided,
            ),
            Link("Jobs", "fas fa-tasks", "admin:mfis_job_changelist", action=Action.MANAGE_MFIS, count=count_failing),
            Link("API tokens", "fas fa-key", "admin:users_apitoken_changelist", action=Action.MANAGE_MFIS),
        ],
    ),
]
