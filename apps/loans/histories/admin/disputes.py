"""Disputes of credit histories: those that wait first, the oldest on top, and the page on which one is decided."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.admin import EmptyFieldListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse

from apps.loans.book.models import LoanEvent
from apps.loans.histories.models import Dispute
from apps.loans.histories.services.disputes import corrections_of, decide_dispute
from apps.loans.histories.workflow import DECIDE
from apps.users.back_office.base import LetsemaAdmin, days_left, posted, run_action
from apps.users.back_office.requests import StaffRequest
from apps.users.back_office.sites import tenant_site


class DecisionForm(forms.Form):
    """How a dispute ends, and in which words."""

    outcome = forms.ChoiceField(choices=Dispute.Outcome.choices, widget=forms.RadioSelect, label="Decision")
    correction = forms.ModelChoiceField(
        LoanEvent.objects.none(),
        required=False,
        label="Put right by",
        help_text="What was entered on this loan since; only for an entry that was wrong.",
    )
    answer = forms.CharField(max_length=2000, label="Reason", widget=forms.Textarea(attrs={"rows": 5}))

    def __init__(self, data: Any, dispute: Dispute) -> None:
        super().__init__(data)
        field = cast("forms.ModelChoiceField[LoanEvent]", self.fields["correction"])
        field.queryset = corrections_of(dispute).select_related("loan")


@admin.register(Dispute, site=tenant_site)
class DisputeAdmin(LetsemaAdmin):
    """The list of disputes, and deciding one."""

    list_title = "Disputes"
    reach = "loan__portfolio__"
    ordering = (F("decided_on").asc(nulls_first=True), "opened_on", "id")
    list_display = ("account", "loan", "entered", "opened_on", "left", "decided_on", "decided_by_name")
    list_filter = ("outcome", ("decided_on", EmptyFieldListFilter))
    list_select_related = ("account", "loan", "event")
    search_fields = ("account__full_name", "loan__number", "text", "answer")
    fields = readonly_fields = (
        "account",
        "loan",
        "entered",
        "text",
        "opened_on",
        "outcome",
        "answer",
        "correction",
        "decided_on",
        "decided_by_name",
    )

    @admin.display(description="entry", ordering="event__value_date")
    def entered(self, dispute: Dispute) -> str:
        return _entry(dispute)

    @admin.display(description="left", ordering="opened_on")
    def left(self, dispute: Dispute) -> str:
        return days_left(dispute.due_on, done=dispute.get_outcome_display())

    def page_tools(self, request: HttpRequest, obj: Dispute) -> list[dict[str, str]]:
        loan = {
            "label": "The loan",
            "style": "secondary",
            "url": reverse("admin:loans_loan_change", args=[obj.loan_id]),
        }
        if obj.state not in DECIDE.sources or not self._may(request, DECIDE.duty):
            return [loan]
        return [
            {"label": DECIDE.label, "style": DECIDE.style, "url": reverse("admin:loans_dispute_decide", args=[obj.pk])},
            loan,
        ]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.decide_view)
        return [path("<uuid:dispute_id>/decide/", view, name="loans_dispute_decide"), *super().get_urls()]

    def decide_view(self, request: StaffRequest, dispute_id: UUID) -> HttpResponse:
        """Decides one dispute, with what it says in sight."""
        if not self._may(request, DECIDE.duty):
            raise PermissionDenied
        dispute = get_object_or_404(
            self.get_queryset(request).select_related("account", "loan", "event"), pk=dispute_id
        )

        def decide(values: dict[str, Any]) -> None:
            correction = values["correction"]
            decide_dispute(
                dispute_id=dispute.pk,
                actor=request.user.actor,
                outcome=values["outcome"],
                answer=values["answer"],
                correction_id=correction.pk if correction else None,
            )

        return run_action(
            request,
            admin=self,
            form=DecisionForm(posted(request), dispute),
            run=decide,
            facts=_facts(dispute),
            subject="Disputes",
            done="Decided; the borrower is told.",
            title="Decide a dispute",
            button=DECIDE.label,
            style=DECIDE.style,
            back_url=reverse("admin:loans_dispute_changelist"),
            explanation=DECIDE.explanation,
        )


def _facts(dispute: Dispute) -> list[tuple[str, str]]:
    return [
        ("Borrower", dispute.account.full_name),
        ("Loan", dispute.loan.number),
        ("Entry", _entry(dispute)),
        ("Since", f"{dispute.opened_on:%-d %b %Y}"),
        ("To be decided by", f"{dispute.due_on:%-d %b %Y}"),
        ("What they say", dispute.text),
    ]


def _entry(dispute: Dispute) -> str:
    event = dispute.event
    if event is None:
        return "The loan as a whole"
    amount = f" {event.amount:,.2f}" if event.amount else ""
    return f"{event.get_type_display()}{amount} on {event.value_date:%-d %b %Y}, entered by {event.actor_name}"
