"""The credit histories from a lender's side: whether the score does what it is for, and how long what is kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse

from apps.credit.models import RetentionPeriod, RetentionRun
from apps.credit.monitoring import NO_HISTORY, ScoreWatch, months_scored, watch_score
from apps.credit.reach import asking_histories
from apps.credit.repository import StoreError
from apps.credit.retention import USUAL
from apps.loans.products.admin.settings import SettingAdmin
from apps.mfis.core.clock import business_date
from apps.mfis.core.roles import Action
from apps.users.back_office.base import LetsemaAdmin
from apps.users.back_office.forms import DateInput
from apps.users.back_office.requests import StaffRequest
from apps.users.back_office.sites import tenant_site


class RetentionForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = RetentionPeriod
        fields = ["what", "months", "valid_from"]
        widgets = {"valid_from": DateInput()}


class RetentionAdmin(SettingAdmin):
    list_title = "How long histories are kept"
    add_action = Action.MANAGE_POLICY
    add_label = "Set a period"
    form = RetentionForm
    list_display = ("what", "months", "valid_from")
    list_filter = ("what",)

    def list_tools(self, request: HttpRequest) -> list[dict[str, str]]:
        return [
            *super().list_tools(request),
            {"label": "What was removed", "style": "secondary", "url": reverse("admin:credit_retentionrun_changelist")},
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        usual = "; ".join(f"{what.label}: {months} months" for what, months in USUAL.items())
        said = f"Where nothing is set here: {usual}. The books and the loans themselves are kept apart from this."
        return super().changelist_view(request, {**(extra_context or {}), "list_note": said})


class RetentionRunAdmin(LetsemaAdmin):
    list_title = "What was removed from the histories"
    view_action = Action.MANAGE_POLICY
    list_display = ("ran_at", "what_went")
    fields = readonly_fields = ("ran_at", "what_went")

    @admin.display(description="removed", ordering="ran_at")
    def what_went(self, run: RetentionRun) -> str:
        return ", ".join(f"{count} of {what}" for what, count in run.removed.items())

    def get_urls(self) -> Any:
        wrap = self.admin_site.admin_view
        return [path("score/", wrap(self.score_view), name="credit_score"), *super().get_urls()]

    def score_view(self, request: StaffRequest) -> HttpResponse:
        """How borrowers spread over the bands of the score, and who of a band then failed to pay."""
        if not request.user.may(Action.VIEW_BOOKS):
            raise PermissionDenied
        context = {**self.admin_site.each_context(request), "title": "The score", **_watched(request.GET.get("month"))}
        return TemplateResponse(request, "admin/score.html", context)


def _watched(wanted: str | None) -> dict[str, Any]:
    """What the page shows; without `found` where there is nothing yet, or MongoDB is away."""
    today = business_date()
    try:
        with asking_histories():
            months = months_scored()
            if not months:
                return {"months": []}
            # A year old tells most: what became of those borrowers is known. Half a year tells something.
            usual = next((m for days in (365, 180) for m in months if (today - m).days >= days), months[0])
            month = next((m for m in months if m.isoformat() == wanted), usual)
            found = watch_score(month, today=today)
    except StoreError:
        return {"away": True}
    return {
        "months": months,
        "found": found,
        "figures": _figures(found),
        "no_history": NO_HISTORY,
        "removed": RetentionRun.objects.aggregate(last=Max("ran_at"))["last"],
    }


def _figures(found: ScoreWatch) -> dict[str, Any]:
    bands = [band for band in found.bands if band.band != NO_HISTORY]
    names = [f"Band {band.band}" for band in bands]
    shares = {"label": "Borrowers, %", "data": [round(b.share, 1) for b in bands], "backgroundColor": "#0d5c46"}
    rates = {
        "label": "Failed within a year, %",
        "backgroundColor": "#b3261e",
        "data": [None if b.rate is None else round(b.rate, 1) for b in bands],
    }
    return {
        "chart-bands": {"type": "bar", "data": {"labels": names, "datasets": [shares]}},
        "chart-rates": {"type": "bar", "data": {"labels": names, "datasets": [rates]}},
    }


tenant_site.register(RetentionPeriod, RetentionAdmin)

tenant_site.register(RetentionRun, RetentionRunAdmin)
