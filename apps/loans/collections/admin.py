"""Promises to pay: those due, broken and kept."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from apps.loans.collections.models import Promise, Standing
from apps.loans.domain.money import format_money
from apps.mfis.core.clock import business_date
from apps.users.back_office.base import LetsemaAdmin, status_badge
from apps.users.back_office.filters import by_branch, by_officer
from apps.users.back_office.sites import tenant_site

COLOURS = {Standing.DUE: "waiting", Standing.BROKEN: "arrears", Standing.KEPT: "active"}


class StandingFilter(admin.SimpleListFilter):
    """What became of the promise by today."""

    title = "what became of it"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(one.value, str(one.label)) for one in Standing]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in Standing.values:
            return queryset
        found, today = queryset.filter(standing=self.value()), business_date().isoformat()
        # By their day as well, which is known without adding up what was received since.
        if self.value() == Standing.DUE:
            return found.filter(day__gte=today)
        return found.filter(day__lt=today) if self.value() == Standing.BROKEN else found


@admin.register(Promise, site=tenant_site)
class PromiseAdmin(LetsemaAdmin):
    reach = "loan__portfolio__"
    """Who promised to pay what by when, and whether it came."""

    list_title = "Promises to pay"
    list_display = ("loan_number", "borrower", "promised", "by_day", "received_by_then", "state", "actor_name")
    list_display_links = None
    list_filter = (StandingFilter, by_branch("loan__portfolio__"), by_officer("loan__portfolio__"))
    list_select_related = ("loan__borrower",)
    lists_few = True
    search_fields = ("loan__number", "loan__borrower__full_name", "loan__borrower__phone", "reason")
    search_help_text = "Loan number, name, phone or what was said"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Promise]:
        return Promise.promises.judged(business_date()).order_by("day", "recorded_at")

    @admin.display(description="loan", ordering="loan__number")
    def loan_number(self, promise: Promise) -> str:
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:loans_loan_change", args=[promise.loan_id]), promise.loan.number
        )

    @admin.display(ordering="loan__borrower__full_name")
    def borrower(self, promise: Promise) -> str:
        return promise.loan.borrower.full_name

    @admin.display(ordering="amount")
    def promised(self, promise: Promise) -> str:
        return format_money(promise.amount, promise.loan.currency) if promise.amount else "any amount"

    @admin.display(description="by", ordering="day")
    def by_day(self, promise: Any) -> str:
        return f"{promise.promised_on:%-d %b %Y}"

    @admin.display(description="received by then", ordering="received")
    def received_by_then(self, promise: Any) -> str:
        return format_money(promise.received, promise.loan.currency)

    @admin.display(description="status", ordering="standing")
    def state(self, promise: Any) -> str:
        standing = Standing(promise.standing)
        return status_badge(COLOURS[standing], str(standing.label))
