"""Groups: their members, their loans, and the collection sheet of a meeting."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.dateparse import parse_date

from apps.loans.book.models import LoanState
from apps.loans.book.workflow import COLLECTED
from apps.loans.collections.forms import CollectionForm
from apps.loans.collections.services.meetings import Collected, collect, due_at
from apps.loans.domain.money import format_money
from apps.loans.groups.forms import MemberForm
from apps.loans.groups.models import Group, Membership
from apps.loans.groups.services import add_member, leave_group, save_group
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import ServiceError
from apps.mfis.core.forms import show_service_error
from apps.mfis.core.roles import Action, Role
from apps.users.back_office.base import LetsemaAdmin, posted, run_action, status_badge
from apps.users.back_office.requests import StaffRequest, staff_of
from apps.users.back_office.sites import tenant_site
from apps.users.spreadsheets.admin import ImportsRows


class GroupAdmin(ImportsRows, LetsemaAdmin):
    import_kinds = ("groups",)
    list_title = "Groups"
    add_action = change_action = Action.MANAGE_GROUPS
    add_label = "Form a group"
    list_display = ("name", "meets", "place", "officer", "members", "owed", "state")
    list_filter = ("is_active", "frequency")
    list_select_related = ("officer",)
    search_fields = ("name", "place", "memberships__borrower__full_name")
    fields = ("name", "place", "meets_from", "meets_every", "frequency", "officer", "is_active")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        found: QuerySet[Group] = super().get_queryset(request)
        owed = LoanState.objects.filter(loan__group=OuterRef("pk"), status__in=COLLECTED).order_by()
        total = owed.values("loan__group").annotate(total=Sum("principal_outstanding")).values("total")
        return found.annotate(
            people=Count("memberships", filter=Q(memberships__left_on=None), distinct=True),
            principal=Coalesce(Subquery(total), Decimal(0)),
        )

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "officer" and field and field.queryset is not None:
            field.queryset = field.queryset.filter(role=Role.MFI_ADMIN, is_active=True)
        return field

    @admin.display(ordering="meets_from")
    def meets(self, group: Group) -> str:
        return f"{group.rhythm}, from {group.meets_from:%-d %b %Y}"

    def members(self, group: Any) -> int:
        return int(group.people)

    members.admin_order_field = "people"  # type: ignore[attr-defined]

    @admin.display(description="principal owed", ordering="principal")
    def owed(self, group: Any) -> str:
        return format_money(group.principal)

    @admin.display(ordering="is_active")
    def state(self, group: Group) -> str:
        return status_badge("active", "Meets") if group.is_active else status_badge("closed", "Ended")

    def save_model(self, request: HttpRequest, obj: Group, form: Any, change: bool) -> None:
        save_group(group=obj, actor=staff_of(request).actor)

    def page_tools(self, request: HttpRequest, obj: Any) -> list[dict[str, str]]:
        return [
            {"label": "Members and loans", "style": "primary", "url": reverse("admin:loans_group_page", args=[obj.pk])}
        ]

    def response_add(self, request: HttpRequest, obj: Group, post_url_continue: Any = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:loans_group_page", args=[obj.pk]))

    def get_urls(self) -> Any:
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:group_id>/members/", wrap(self.page_view), name="loans_group_page"),
            path("<uuid:group_id>/members/add/", wrap(self.add_member_view), name="loans_group_add_member"),
            path("<uuid:group_id>/members/<uuid:member_id>/leave/", wrap(self.leave_view), name="loans_group_leave"),
            path("<uuid:group_id>/collect/", wrap(self.collect_view), name="loans_group_collect"),
            *super().get_urls(),
        ]

    def _group(self, request: StaffRequest, group_id: UUID) -> Group:
        if not self.has_view_permission(request):
            raise PermissionDenied
        group = Group.objects.select_related("officer").filter(pk=group_id).first()
        if group is None:
            raise Http404
        return group

    def page_view(self, request: StaffRequest, group_id: UUID) -> HttpResponse:
        group = self._group(request, group_id)
        today = business_date()
        members = group.memberships.filter(left_on=None).select_related("borrower").order_by("borrower__full_name")
        loans = (
            LoanState.objects.filter(loan__group=group)
            .exclude(disbursed_on=None)
            .select_related("loan__borrower")
            .order_by("status", "loan__borrower__full_name")
        )
        lines = due_at(group, group.next_meeting(today))
        context = {
            **self.admin_site.each_context(request),
            "title": group.name,
            "opts": self.opts,
            "group": group,
            "members": members,
            "loans": loans,
            "meeting": group.next_meeting(today),
            "expected": sum((line.expected for line in lines), Decimal(0)),
            "owed": sum((line.outstanding for line in lines), Decimal(0)),
            "overdue": sum((line.overdue for line in lines), Decimal(0)),
            "may_manage": self._may(request, Action.MANAGE_GROUPS),
            "may_collect": self._may(request, Action.RECORD_REPAYMENT),
            "today": today,
        }
        return TemplateResponse(request, "admin/group.html", context)

    def add_member_view(self, request: StaffRequest, group_id: UUID) -> HttpResponse:
        group = self._group(request, group_id)
        if not self._may(request, Action.MANAGE_GROUPS):
            raise PermissionDenied

        def run(values: dict[str, Any]) -> Any:
            return add_member(
                group_id=group.pk, actor=request.user.actor, borrower_id=values["borrower"].pk, office=values["office"]
            )

        return run_action(
            request,
            admin=self,
            form=MemberForm(posted(request)),
            run=run,
            subject=group.name,
            facts=[],
            done="The group has a new member.",
            back_url=reverse("admin:loans_group_page", args=[group.pk]),
            title=f"New member of {group.name}",
            button="Take in",
            explanation="Members answer for each other's loans in this group.",
        )

    def leave_view(self, request: StaffRequest, group_id: UUID, member_id: UUID) -> HttpResponse:
        group = self._group(request, group_id)
        if not self._may(request, Action.MANAGE_GROUPS):
            raise PermissionDenied
        member = Membership.objects.select_related("borrower").filter(pk=member_id, group=group, left_on=None).first()
        if member is None:
            raise Http404
        return run_action(
            request,
            admin=self,
            form=Form(posted(request)),
            subject=group.name,
            run=lambda v: leave_group(membership_id=member.pk, actor=request.user.actor),
            facts=[("Member", member.borrower.full_name)],
            done=f"{member.borrower.full_name} has left the group.",
            back_url=reverse("admin:loans_group_page", args=[group.pk]),
            title=f"{member.borrower.full_name} leaves",
            button="Let them go",
            style="danger",
            explanation="Possible once no loan of the group is owed any more.",
        )

    def collect_view(self, request: StaffRequest, group_id: UUID) -> HttpResponse:
        """The collection sheet of a meeting: to print, or to enter what was brought."""
        group = self._group(request, group_id)
        if not self._may(request, Action.RECORD_REPAYMENT):
            raise PermissionDenied
        meeting = parse_date(request.GET.get("meeting", "")) or group.next_meeting(business_date())
        lines = due_at(group, meeting)
        initial = {"value_date": min(meeting, business_date())}
        form = CollectionForm(posted(request), lines=lines, initial=initial)
        if request.method == "POST" and form.is_valid():
            try:
                found = _collect(group, request.user.actor, form)
            except ServiceError as error:
                show_service_error(form, error)
            else:
                _say(request, found)
                if not any(line.error for line in found):
                    return HttpResponseRedirect(reverse("admin:loans_group_page", args=[group.pk]))
                form.show(found)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Collection sheet: {group.name}",
            "opts": self.opts,
            "group": group,
            "meeting": meeting,
            "form": form,
            "expected": sum((line.expected for line in lines), Decimal(0)),
        }
        return TemplateResponse(request, "admin/collect.html", context, status=422 if form.errors else 200)


def _collect(group: Group, actor: Actor, form: CollectionForm) -> list[Collected]:
    """Books the lines of a sheet that is filled in."""
    names = ("channel", "reference", "value_date", "transfer_amount", "idempotency_key")
    payment = {name: form.cleaned_data[name] for name in names}
    return collect(
        group_id=group.pk, actor=actor, amounts=form.amounts(), overpaid=form.overpaid(), seen=form.seen(), **payment
    )


def _say(request: HttpRequest, found: list[Collected]) -> None:
    """What is booked, and what waits; what is refused stands beside its line."""
    for line in found:
        if line.waits:
            messages.info(request, f"{line.loan.number} waits for a second person: {line.waits}")
    booked = [line for line in found if line.number]
    if booked:
        total = sum((line.amount for line in booked), Decimal(0))
        messages.success(request, f"{len(booked)} receipt(s) are booked: {format_money(total)}.")


tenant_site.register(Group, GroupAdmin)
