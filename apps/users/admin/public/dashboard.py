"""Letsema's dashboard: the portfolio of all MFIs, from snapshots, with the time they were taken."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min, Sum
from django.http import HttpRequest

from apps.mfis.models import MFI, DirectoryEntry, PortfolioSnapshot
from apps.mfis.replication.status import open_conflicts, peer_status
from apps.users.admin.sites import Link, public_site
from apps.users.roles import Action, Role

MOST_BARS = 12


def dashboard(request: HttpRequest) -> dict[str, Any]:
    """What admin/dashboard_public.html shows."""
    totals = PortfolioSnapshot.objects.aggregate(
        glp=Sum("outstanding_principal"),
        par30=Sum("par30"),
        loans=Sum("active_loans"),
        borrowers=Sum("borrowers"),
        waiting=Sum("outbox_waiting"),
        oldest=Min("outbox_oldest"),
        taken=Max("taken_at"),
        stale=Min("taken_at"),
    )
    glp = totals["glp"] or Decimal(0)
    mfis = list(MFI.objects.select_related("snapshot").order_by("name"))
    rows = sorted(mfis, key=lambda m: -(m.snapshot.outstanding_principal if hasattr(m, "snapshot") else Decimal(0)))
    top = [m for m in rows if hasattr(m, "snapshot")][:MOST_BARS]
    people = dict(DirectoryEntry.objects.values_list("role").annotate(n=Count("account_id")).order_by())
    return {
        "title": "Dashboard",
        "totals": totals,
        "node_problems": [p for p in peer_status() if p.problem] if settings.CLUSTER else [],
        "par30_percent": ((totals["par30"] or 0) / glp * 100).quantize(Decimal("0.1")) if glp else Decimal(0),
        "mfis": rows,
        "people": {str(Role(r).label): n for r, n in people.items()},
        "charts": {
            "chart-mfis": {
                "type": "bar",
                "data": {
                    "labels": [m.name for m in top],
                    "datasets": [
                        {
                            "label": "Outstanding principal",
                            "backgroundColor": "#0f6f57",
                            "data": [float(m.snapshot.outstanding_principal) for m in top],
                        },
                        {
                            "label": "PAR 30",
                            "backgroundColor": "#b3423b",
                            "data": [float(m.snapshot.par30) for m in top],
                        },
                    ],
                },
            }
        },
    }


public_site.dashboard = dashboard
public_site.menu = [
    ("", [Link("Dashboard", "fas fa-th-large", "admin:index")]),
    (
        "Institutions",
        [
            Link("MFIs", "fas fa-landmark", "admin:mfis_mfi_changelist"),
            Link("People", "fas fa-users", "admin:mfis_directoryentry_changelist"),
        ],
    ),
    (
        "Letsema",
        [
            Link("Colleagues", "fas fa-user-shield", "admin:users_account_changelist", action=Action.MANAGE_PEOPLE),
            Link(
                "Nodes",
                "fas fa-server",
                "admin:mfis_clusternode_changelist",
                action=Action.MANAGE_MFIS,
                count=open_conflicts,
            ),
            Link("API tokens", "fas fa-key", "admin:users_apitoken_changelist", action=Action.MANAGE_MFIS),
        ],
    ),
]
