"""Accounts that may be one person's: the pairs that were found, two side by side, and what became of merges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.formats import date_format

from apps.mfis.core.actor import Actor
from apps.mfis.core.roles import Action, Role
from apps.users.accounts.models import Account
from apps.users.back_office.base import LetsemaAdmin, posted, run_action, status_badge
from apps.users.back_office.decisions import asked_step, decision_page
from apps.users.back_office.requests import StaffRequest
from apps.users.back_office.sites import tenant_site
from apps.users.duplicates.comparison import compare
from apps.users.duplicates.forms import APART, PairForm
from apps.users.duplicates.models import DuplicatePair, Merge
from apps.users.duplicates.services import (
    agree_merge,
    find_duplicates,
    propose_merge,
    refuse_merge,
    tell_apart,
    undo_merge,
)
from apps.users.duplicates.workflow import MERGE

PAGE = "admin/compare_people.html"
EXPLAINED = (
    "The account that stands takes over what it lacks; the other is closed, and its loans are shown with the one that "
    "stands. A second person decides; both names stay in the history. It can be taken apart while nothing rests on it."
)
COLOURS = {"waiting": "waiting", "done": "active", "refused": "closed", "apart": "closed", "undone": "closed"}


@admin.register(DuplicatePair, site=tenant_site)
class DuplicatePairAdmin(LetsemaAdmin):
    """Pairs that were found, the surest first."""

    view_action = Action.REGISTER_BORROWER
    list_title = "Registered twice?"
    reach = "first__profile__"
    list_display = ("one", "other", "why")
    list_select_related = ("first", "second")
    search_fields = ("first__full_name", "first__phone", "second__full_name", "second__phone")

    @admin.display(description="one", ordering="first__full_name")
    def one(self, pair: DuplicatePair) -> str:
        return pair.first.full_name

    @admin.display(description="other", ordering="second__full_name")
    def other(self, pair: DuplicatePair) -> str:
        return pair.second.full_name

    @admin.display(description="why", ordering="strength")
    def why(self, pair: DuplicatePair) -> str:
        return "; ".join(str(DuplicatePair.Why(reason).label) for reason in pair.reasons)

    def list_tools(self, request: HttpRequest) -> list[dict[str, str]]:
        return [
            {"label": "Look again", "style": "secondary", "url": reverse("admin:users_duplicatepair_find")},
            {"label": "Merged people", "style": "plain", "url": reverse("admin:users_merge_changelist")},
        ]

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        compared = path("<uuid:one>/<uuid:other>/", wrap(self.compare_view), name="users_duplicatepair_compare")
        return [path("find/", wrap(self.find_view), name="users_duplicatepair_find"), compared, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        pair = self.get_object(request, object_id)
        if pair is None or not self.has_view_permission(request):
            raise Http404
        return HttpResponseRedirect(_compare_url(pair.first_id, pair.second_id))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self.change_view(request, object_id)

    def find_view(self, request: StaffRequest) -> HttpResponse:
        """Looks for pairs now."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return run_action(
            request,
            admin=self,
            form=Form(posted(request)),
            run=lambda _: find_duplicates(actor=request.user.actor),
            done=lambda count: f"{count} pair(s) found." if count else "Nobody seems to be registered twice.",
            subject="Registered twice?",
            title="Look for people who are registered twice",
            button="Look now",
            back_url=reverse("admin:users_duplicatepair_changelist"),
            explanation="By national ID, by phone, by name with date of birth. It is done by itself every few hours.",
        )

    def compare_view(self, request: StaffRequest, one: UUID, other: UUID) -> HttpResponse:
        """Shows two accounts side by side, and asks whether they are one person's."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        borrowers = Account.objects.filter(role=Role.BORROWER, merged_into=None)
        first, second = (get_object_or_404(borrowers, pk=pk) for pk in (one, other))
        return run_action(
            request,
            admin=self,
            template=PAGE,
            form=PairForm(posted(request), one=first, other=second),
            run=lambda values: _decide(first, second, values, request.user.actor),
            done="Kept. A merge waits for a second person under “Merged people”.",
            back_url=reverse("admin:users_duplicatepair_changelist"),
            subject="Registered twice?",
            title="Is this one person?",
            button="Keep",
            explanation=EXPLAINED,
            compared=compare(first, second),
            heads=("First account", "Second account"),
            pages=[_person_url(first), _person_url(second)],
        )


def _decide(one: Account, other: Account, values: dict[str, Any], actor: Actor) -> None:
    decision, reason = values["decision"], values["reason"]
    if decision == APART:
        tell_apart(kept_id=one.pk, gone_id=other.pk, reason=reason, actor=actor)
        return
    kept, gone = (one, other) if decision == str(one.pk) else (other, one)
    propose_merge(kept_id=kept.pk, gone_id=gone.pk, reason=reason, actor=actor)


ASKED = ("asked_by_name", "created_at")
DECIDED = ("decided_by_name", "decided_at")
UNDONE = ("undone_by_name", "undone_at", "undone_reason")


@admin.register(Merge, site=tenant_site)
class MergeAdmin(LetsemaAdmin):
    """Merges that were asked for, and what became of them."""

    view_action = Action.REGISTER_BORROWER
    list_title = "Merged people"
    list_display = ("created_at", "kept", "gone", "state", "asked_by_name", "decided_by_name")
    list_filter = ("status",)
    list_select_related = ("kept", "gone")
    search_fields = ("kept__full_name", "gone__full_name")
    fields = readonly_fields = ("kept", "gone", "reason", "status", *ASKED, *DECIDED, *UNDONE)

    def get_fields(self, request: HttpRequest, obj: Merge | None = None) -> tuple[str, ...]:
        """What has not happened yet is left out."""
        later = ((DECIDED, obj and obj.decided_at), (UNDONE, obj and obj.undone_at))
        missing = {name for names, happened in later if not happened for name in names}
        return tuple(name for name in self.fields if name not in missing)

    @admin.display(ordering="status")
    def state(self, merge: Merge) -> str:
        return status_badge(COLOURS[merge.status], merge.get_status_display())

    def list_tools(self, request: HttpRequest) -> list[dict[str, str]]:
        url = reverse("admin:users_duplicatepair_changelist")
        return [{"label": "Registered twice?", "style": "secondary", "url": url}]

    def page_tools(self, request: HttpRequest, obj: Merge) -> list[dict[str, str]]:
        return [
            {"label": step.label, "style": step.style, "url": _step_url(obj, step.name)}
            for step in MERGE
            if obj.status in step.sources and self._may(request, step.duty)
        ]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.step_view)
        return [path("<uuid:merge_id>/step/<str:step>/", view, name="users_merge_step"), *super().get_urls()]

    def step_view(self, request: StaffRequest, merge_id: UUID, step: str) -> HttpResponse:
        """Asks whether a step of the workflow shall be taken, with both accounts in sight."""
        transition, merge = asked_step(request, self, MERGE, step, merge_id)
        if merge.status not in transition.sources:
            raise Http404
        return decision_page(
            request,
            admin=self,
            step=transition,
            record=merge,
            run=lambda values: STEPS[step](merge.pk, request.user.actor, values.get("reason", "")),
            template=PAGE,
            facts=_facts(merge),
            subject="Merged people",
            done="Done; it stands in the history.",
            back_url=reverse("admin:users_merge_change", args=[merge.pk]),
            explanation=transition.explanation,
            compared=compare(merge.kept, merge.gone),
            heads=("Stands", "Is closed"),
            pages=[_person_url(merge.kept), _person_url(merge.gone)],
        )


STEPS: dict[str, Callable[[UUID, Actor, str], object]] = {
    "agree_merge": lambda pk, actor, _: agree_merge(merge_id=pk, actor=actor),
    "refuse_merge": lambda pk, actor, _: refuse_merge(merge_id=pk, actor=actor),
    "undo_merge": lambda pk, actor, reason: undo_merge(merge_id=pk, reason=reason, actor=actor),
}


def _facts(merge: Merge) -> list[tuple[str, str]]:
    facts = [("Asked by", merge.asked_by_name), ("On", date_format(merge.created_at)), ("Why", merge.reason)]
    return facts + ([("Decided by", merge.decided_by_name)] if merge.decided_by_name else [])


def _step_url(merge: Merge, step: str) -> str:
    return reverse("admin:users_merge_step", args=[merge.pk, step])


def _compare_url(one: UUID, other: UUID) -> str:
    return reverse("admin:users_duplicatepair_compare", args=[one, other])


def _person_url(account: Account) -> str:
    return reverse("admin:users_borrowerprofile_change", args=[account.pk])
