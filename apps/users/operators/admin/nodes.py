"""Nodes: how the streams stand, and where each MFI's decisions are taken."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from apps.mfis.core.roles import Action
from apps.mfis.nodes.comparison import verify_all
from apps.mfis.nodes.models import ClusterCheck, ClusterNode
from apps.mfis.nodes.peers import PeerAway
from apps.mfis.nodes.selectors import count_undecided
from apps.mfis.nodes.services.homes import force_home, move_home
from apps.mfis.nodes.status import PeerStatus, peer_status
from apps.mfis.tenancy.models import MFI
from apps.users.back_office.base import LetsemaAdmin, posted, run_action
from apps.users.back_office.requests import StaffRequest
from apps.users.back_office.sites import public_site
from apps.users.operators.forms import MoveForm

MOVE_SECONDS = 20  # how long a page waits for the other node

IN_ORDER = "Decisions wait for some seconds, until the other node has everything."

BY_FORCE = "By force: only if the old home is dead or cut off. What it still decides is listed as a conflict."


@admin.register(ClusterNode, site=public_site)
class NodeAdmin(LetsemaAdmin):
    """One page for all nodes; its list is that page."""

    view_action = Action.MANAGE_MFIS
    list_title = "Nodes"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("verify/", wrap(self.verify_view), name="mfis_nodes_verify"),
            path("home/<uuid:mfi_id>/", wrap(self.home_view), name="mfis_nodes_home"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "Nodes",
            "opts": self.opts,
            "node": settings.NODE,
            "alone": not settings.CLUSTER,
            "peers": _peers_and_checks() if settings.CLUSTER else [],
            "waiting": count_undecided(),
            "nodes": {n.letter: n for n in ClusterNode.objects.all()},
            "mfis": MFI.objects.order_by("name"),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/nodes.html", context)

    def verify_view(self, request: StaffRequest) -> HttpResponse:
        """Compares this node's tables with every other's."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return run_action(
            request,
            admin=self,
            form=forms.Form(posted(request)),
            run=_compare,
            subject="Nodes",
            facts=[],
            title="Compare with the other nodes",
            button="Compare",
            done="Compared: {outcome}.",
            back_url=reverse("admin:mfis_clusternode_changelist"),
            explanation="Count and checksum of every published table, up to five seconds ago. It also runs every hour.",
        )

    def home_view(self, request: StaffRequest, mfi_id: UUID) -> HttpResponse:
        """Moves an MFI's home from here, or takes it here by force."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        mfi = get_object_or_404(MFI, pk=mfi_id)
        if not settings.CLUSTER:
            raise Http404
        here = mfi.home_node == settings.NODE
        others = ClusterNode.objects.present().exclude(letter=settings.NODE)

        def run(values: dict[str, Any]) -> None:
            actor, reason = request.user.actor, values["reason"]
            if here:
                move_home(mfi=mfi, to=values["to"], actor=actor.because(reason), seconds=MOVE_SECONDS)
            else:
                force_home(mfi=mfi, actor=actor, reason=reason)

        return run_action(
            request,
            admin=self,
            form=MoveForm(posted(request), letters=[n.letter for n in others] if here else [settings.NODE]),
            run=run,
            subject="Nodes",
            facts=[("Institution", mfi.name), ("Home now", mfi.home_node or "moving")],
            title=f"Move {mfi.name}",
            button="Move the home" if here else "Take the home here",
            style="primary" if here else "danger",
            done=f"The home of {mfi.name} has moved.",
            back_url=reverse("admin:mfis_clusternode_changelist"),
            explanation=IN_ORDER if here else BY_FORCE,
        )


def _peers_and_checks() -> list[tuple[PeerStatus, ClusterCheck | None]]:
    """Every peer with the latest comparison with it."""
    latest: dict[str, ClusterCheck] = {}
    for check in ClusterCheck.objects.all()[:50]:
        latest.setdefault(check.peer, check)
    return [(peer, latest.get(peer.letter)) for peer in peer_status()]


def _compare(values: dict[str, Any]) -> dict[str, str]:
    checks = verify_all()
    away = [str(check) for check in checks if isinstance(check, PeerAway)]
    differences = sum(len(check.differences) for check in checks if isinstance(check, ClusterCheck))
    return {"outcome": "; ".join([f"{differences} difference(s)", *away])}
