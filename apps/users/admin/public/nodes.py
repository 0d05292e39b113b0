"""Nodes: how the streams stand, what disagrees, and where each MFI's decisions are taken."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django_tenants.utils import tenant_context

from apps.mfis.acting import Actor
from apps.mfis.models import MFI, ClusterCheck, ClusterNode, Conflict
from apps.mfis.replication import conflicts, home
from apps.mfis.replication.peers import PeerAway
from apps.mfis.replication.status import open_conflicts, peer_status, verify_all
from apps.users.admin.base import LetsemaAdmin, pill, posted, run_action
from apps.users.admin.forms import ReasonForm
from apps.users.admin.sites import public_site
from apps.users.models import Account
from apps.users.roles import Action
from apps.users.services.accounts import actor_of
from apps.users.services.merging import merge_borrowers


class MoveForm(forms.Form):
    """Where a home goes. By force only from a node that cannot reach the old home."""

    to = forms.ChoiceField(label="To node")
    reason = forms.CharField(max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, letters: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [(letter, letter) for letter in letters]  # type: ignore[attr-defined]


class DecisionForm(ReasonForm):
    """Which of two values stands."""

    decision = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(self, *args: Any, conflict: Conflict, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decision"].choices = _choices(conflict)  # type: ignore[attr-defined]
        self.order_fields(["decision", "reason"])


def _choices(conflict: Conflict) -> list[tuple[str, str]]:
    if conflict.what == Conflict.What.SAME_COLUMN:
        return [
            (conflicts.KEPT, f"Keep “{conflict.kept.get('value')}”, of {conflict.kept.get('by') or 'unknown'}"),
            (
                conflicts.DISCARDED,
                f"Take “{conflict.discarded.get('value')}”, of {conflict.discarded.get('by') or 'unknown'}",
            ),
        ]
    if conflict.what == Conflict.What.SAME_PERSON:
        return [
            ("merge kept", f"One person: {_name(conflict, 'kept')} stands for both"),
            ("merge discarded", f"One person: {_name(conflict, 'discarded')} stands for both"),
            (conflicts.SETTLED, "Two people: the number was wrong, and is put right by hand"),
        ]
    return [(conflicts.SETTLED, "Settled: the people concerned have been told")]


def _name(conflict: Conflict, side: str) -> str:
    mfi = MFI.objects.filter(schema_name=conflict.schema_name).first()
    if mfi is None:
        return side
    with tenant_context(mfi):
        found = Account.objects.filter(pk=getattr(conflict, side)["row"]).first()
    return f"{found.full_name} ({found.phone or found.email or 'no phone'})" if found else side


class NodeAdmin(LetsemaAdmin):
    """One page for all nodes; its list is that page."""

    view_action = Action.MANAGE_MFIS
    list_title = "Nodes"

    def get_urls(self) -> Any:
        wrap = self.admin_site.admin_view
        return [
            path("verify/", wrap(self.verify_view), name="mfis_nodes_verify"),
            path("home/<uuid:mfi_id>/", wrap(self.home_view), name="mfis_nodes_home"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        checks: dict[str, ClusterCheck] = {}
        for check in ClusterCheck.objects.all()[:50]:
            checks.setdefault(check.peer, check)
        peers = [(peer, checks.get(peer.letter)) for peer in peer_status()] if settings.CLUSTER else []
        context = {
            **self.admin_site.each_context(request),
            "title": "Nodes",
            "opts": self.opts,
            "node": settings.NODE,
            "alone": not settings.CLUSTER,
            "peers": peers,
            "waiting": open_conflicts(),
            "nodes": {n.letter: n for n in ClusterNode.objects.all()},
            "mfis": MFI.objects.order_by("name"),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/nodes.html", context)

    def verify_view(self, request: Any) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied

        def run(values: dict[str, Any]) -> dict[str, Any]:
            found = verify_all()
            away = [str(check) for check in found if isinstance(check, PeerAway)]
            different = sum(len(c.differences) for c in found if isinstance(c, ClusterCheck))
            return {"said": "; ".join([f"{different} difference(s)", *away])}

        return run_action(
            request,
            admin=self,
            form=forms.Form(posted(request)),
            run=run,
            subject="Nodes",
            facts=[],
            title="Compare with the other nodes",
            button="Compare",
            done="Compared: {said}.",
            back_url=reverse("admin:mfis_clusternode_changelist"),
            explanation="Count and checksum of every published table, up to five seconds ago. It also runs every hour.",
        )

    def home_view(self, request: Any, mfi_id: UUID) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        mfi = MFI.objects.filter(pk=mfi_id).first()
        if mfi is None or not settings.CLUSTER:
            raise Http404
        here = mfi.home_node == settings.NODE
        others = ClusterNode.objects.filter(has_left=False).exclude(letter=settings.NODE)
        letters = [n.letter for n in others] if here else [settings.NODE]

        def run(values: dict[str, Any]) -> None:
            actor = actor_of(request.user)
            if here:
                told = Actor(actor.id, f"{actor.name} ({values['reason'].strip()[:80]})")
                home.move_home(mfi=mfi, to=values["to"], actor=told, seconds=20)
            else:
                home.force_home(mfi=mfi, actor=actor, reason=values["reason"])

        explanation = (
            "Decisions wait for some seconds, until the other node has everything."
            if here
            else "By force: only if the old home is dead or cut off. What it still decides is listed as a conflict."
        )
        return run_action(
            request,
            admin=self,
            form=MoveForm(posted(request), letters=letters),
            run=run,
            subject="Nodes",
            facts=[("Institution", mfi.name), ("Home now", mfi.home_node or "moving")],
            title=f"Move {mfi.name}",
            button="Move the home" if here else "Take the home here",
            style="primary" if here else "danger",
            done=f"The home of {mfi.name} has moved.",
            back_url=reverse("admin:mfis_clusternode_changelist"),
            explanation=explanation,
        )


class ConflictAdmin(LetsemaAdmin):
    """What two nodes disagreed about, both sides whole."""

    view_action = Action.MANAGE_MFIS
    list_title = "Conflicts"
    list_display = ("what_spoken", "schema_name", "table_name", "column_name", "found_at", "state")
    list_filter = ("what", "schema_name")
    search_fields = ("schema_name", "table_name", "column_name")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        waiting = set(
            conflicts.open_conflicts().filter(pk__in=[c.pk for c in found.result_list]).values_list("pk", flat=True)
        )
        for conflict in found.result_list:
            conflict.waits = conflict.pk in waiting
        return found

    def what_spoken(self, conflict: Conflict) -> str:
        return conflict.get_what_display()

    what_spoken.short_description = "what"  # type: ignore[attr-defined]

    def state(self, conflict: Any) -> str:
        return pill("waiting", "Waits") if conflict.waits else pill("closed", "Decided")

    def get_urls(self) -> Any:
        view = self.admin_site.admin_view(self.decide_view)
        return [path("<uuid:conflict_id>/decide/", view, name="mfis_conflict_decide"), *super().get_urls()]

    def change_view(self, request: Any, object_id: str, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        conflict = self.get_object(request, object_id)
        if conflict is None or not self.has_view_permission(request):
            raise Http404
        kept = conflicts.stands(conflict)
        rows = [(n, kept.get(n), conflict.discarded.get(n)) for n in sorted({*kept, *conflict.discarded})]
        context = {
            **self.admin_site.each_context(request),
            "title": str(conflict),
            "opts": self.opts,
            "conflict": conflict,
            "rows": [(n, a, b, a != b) for n, a, b in rows],
            "decision": conflicts.decision_of(conflict),
        }
        return TemplateResponse(request, "admin/conflict.html", context)

    def history_view(self, request: Any, object_id: str, extra_context: Any = None) -> HttpResponse:
        return self.change_view(request, object_id)

    def decide_view(self, request: Any, conflict_id: UUID) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        conflict = conflicts.open_conflicts().filter(pk=conflict_id).first()
        if conflict is None:
            raise Http404

        def run(values: dict[str, Any]) -> None:
            decision, reason = values["decision"], values["reason"]
            actor = actor_of(request.user)
            if decision.startswith("merge "):
                _merge(conflict, decision.removeprefix("merge "), actor, reason)
                decision = conflicts.MERGED
            conflicts.decide(conflict_id=conflict.pk, decision=decision, actor=actor, reason=reason)

        return run_action(
            request,
            admin=self,
            form=DecisionForm(posted(request), conflict=conflict),
            run=run,
            subject="Conflicts",
            facts=[("What", conflict.get_what_display()), ("Institution", conflict.schema_name)],
            done="Decided.",
            title=f"Decide: {conflict}",
            button="Decide",
            back_url=reverse("admin:mfis_conflict_changelist"),
            explanation="The decision holds on every node.",
        )


def _merge(conflict: Conflict, side: str, actor: Actor, reason: str) -> None:
    kept, gone = conflict.kept["row"], conflict.discarded["row"]
    if side == "discarded":
        kept, gone = gone, kept
    with tenant_context(MFI.objects.get(schema_name=conflict.schema_name)):
        merge_borrowers(kept_id=UUID(kept), gone_id=UUID(gone), actor=actor, reason=reason)


public_site.register(ClusterNode, NodeAdmin)
public_site.register(Conflict, ConflictAdmin)
