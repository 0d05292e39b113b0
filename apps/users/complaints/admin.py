"""Complaints: those that wait first, the oldest on top, with the days that are left."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.admin import EmptyFieldListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse

from apps.mfis.core.clock import business_date
from apps.users.back_office.base import LetsemaAdmin, days_left, posted, run_action
from apps.users.back_office.requests import StaffRequest
from apps.users.back_office.sites import tenant_site
from apps.users.complaints.forms import AnswerForm
from apps.users.complaints.models import Complaint
from apps.users.complaints.services import answer_complaint
from apps.users.complaints.workflow import ANSWER


@admin.register(Complaint, site=tenant_site)
class ComplaintAdmin(LetsemaAdmin):
    """The list of complaints, and answering one."""

    list_title = "Complaints"
    reach = "account__profile__"
    ordering = (F("answered_on").asc(nulls_first=True), "opened_on", "id")
    list_display = ("account", "about", "opened_on", "left", "answered_on", "answered_by")
    list_filter = ("about", ("answered_on", EmptyFieldListFilter))
    list_select_related = ("account",)
    search_fields = ("account__full_name", "text", "answer")
    fields = readonly_fields = ("account", "about", "text", "opened_on", "answer", "answered_on", "answered_by")

    @admin.display(description="left", ordering="opened_on")
    def left(self, complaint: Complaint) -> str:
        return days_left(complaint.due_on, done="Answered" if complaint.answered_on else "")

    def page_tools(self, request: HttpRequest, obj: Complaint) -> list[dict[str, str]]:
        if obj.state not in ANSWER.sources or not self._may(request, ANSWER.duty):
            return []
        url = reverse("admin:users_complaint_answer", args=[obj.pk])
        return [{"label": ANSWER.label, "style": ANSWER.style, "url": url}]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.answer_view)
        return [path("<uuid:complaint_id>/answer/", view, name="users_complaint_answer"), *super().get_urls()]

    def answer_view(self, request: StaffRequest, complaint_id: UUID) -> HttpResponse:
        """Answers one complaint, with what it says in sight."""
        if not self._may(request, ANSWER.duty):
            raise PermissionDenied
        complaint = get_object_or_404(self.get_queryset(request).select_related("account"), pk=complaint_id)
        return run_action(
            request,
            admin=self,
            form=AnswerForm(posted(request)),
            run=lambda values: answer_complaint(
                complaint_id=complaint.pk, actor=request.user.actor, answer=values["answer"], value_date=business_date()
            ),
            facts=_facts(complaint),
            subject="Complaints",
            done="Answered; the borrower sees it in the portal.",
            title="Answer a complaint",
            button=ANSWER.label,
            style=ANSWER.style,
            back_url=reverse("admin:users_complaint_changelist"),
            explanation=ANSWER.explanation,
        )


def _facts(complaint: Complaint) -> list[tuple[str, str]]:
    return [
        ("Borrower", complaint.account.full_name),
        ("About", complaint.get_about_display()),
        ("Since", f"{complaint.opened_on:%-d %b %Y}"),
        ("To be answered by", f"{complaint.due_on:%-d %b %Y}"),
        ("What they say", complaint.text),
    ]
