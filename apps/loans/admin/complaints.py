"""Complaints: those that wait first, the oldest on top, with the days that are left."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.admin import EmptyFieldListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse

from apps.mfis.clock import business_date
from apps.users.admin.base import LetsemaAdmin, days_left, posted, run_action
from apps.users.admin.sites import tenant_site
from apps.users.models import Complaint
from apps.users.roles import Action
from apps.users.services.complaints import answer_complaint


class AnswerForm(forms.Form):
    answer = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 6}))


class ComplaintAdmin(LetsemaAdmin):
    list_title = "Complaints"
    ordering = (F("answered_on").asc(nulls_first=True), "opened_on", "id")
    list_display = ("account", "about", "opened_on", "left", "answered_on", "answered_by")
    list_filter = ("about", ("answered_on", EmptyFieldListFilter))
    list_select_related = ("account",)
    search_fields = ("account__full_name", "text", "answer")
    fields = readonly_fields = ("account", "about", "text", "opened_on", "answer", "answered_on", "answered_by")

    def left(self, complaint: Complaint) -> str:
        return days_left(complaint.due_on, done="Answered" if complaint.answered_on else "")

    def page_tools(self, request: HttpRequest, obj: Complaint) -> list[dict[str, str]]:
        if obj.answered_on or not self._may(request, Action.ANSWER_COMPLAINTS):
            return []
        return [{"label": "Answer", "style": "primary", "url": reverse("admin:users_complaint_answer", args=[obj.pk])}]

    def get_urls(self) -> Any:
        view = self.admin_site.admin_view(self.answer_view)
        return [path("<uuid:complaint_id>/answer/", view, name="users_complaint_answer"), *super().get_urls()]

    def answer_view(self, request: Any, complaint_id: UUID) -> HttpResponse:
        if not self._may(request, Action.ANSWER_COMPLAINTS):
            raise PermissionDenied
        complaint = Complaint.objects.select_related("account").filter(pk=complaint_id).first()
        if complaint is None:
            raise Http404
        facts = [
            ("Borrower", complaint.account.full_name),
            ("About", complaint.get_about_display()),
            ("Since", f"{complaint.opened_on:%-d %b %Y}"),
            ("To be answered by", f"{complaint.due_on:%-d %b %Y}"),
            ("What they say", complaint.text),
        ]

        def run(values: dict[str, Any]) -> None:
            answer_complaint(complaint_id=complaint.pk, by=request.user, answer=values["answer"], on=business_date())

        return run_action(
            request,
            admin=self,
            form=AnswerForm(posted(request)),
            run=run,
            facts=facts,
            subject="Complaints",
            done="Answered; the borrower sees it in the portal.",
            title="Answer a complaint",
            button="Answer",
            back_url=reverse("admin:users_complaint_changelist"),
            explanation="The answer cannot be changed afterwards.",
        )


tenant_site.register(Complaint, ComplaintAdmin)
