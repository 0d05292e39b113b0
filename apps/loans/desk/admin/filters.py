"""Filters of the list of loans."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.loans.book.models import Loan, Status
from apps.loans.book.workflow import BEFORE_APPROVAL
from apps.loans.reporting.selectors.portfolio import past_due_more_than
from apps.mfis.core.clock import business_date


class StatusFilter(admin.SimpleListFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(s.value, str(s.label)) for s in Status]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Loan]) -> QuerySet[Loan]:
        if self.value():
            return queryset.filter(state__status=self.value())
        return queryset.exclude(state__status=Status.TAKEN_BACK)  # no loans any more; they are there for who asks


class LateFilter(admin.SimpleListFilter):
    title = "arrears"
    parameter_name = "late"
    WANTED = {"any": 0, "30": 30, "60": 60, "90": 90}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("any", "Late at all"), *((d, f"Over {d} days") for d in ("30", "60", "90"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Loan]) -> QuerySet[Loan]:
        if self.value() not in self.WANTED:
            return queryset
        late = past_due_more_than(self.WANTED[str(self.value())], business_date(), prefix="state__")
        return queryset.filter(late, state__status=Status.ACTIVE).order_by("state__oldest_due_date")


class MineFilter(admin.SimpleListFilter):
    title = "review"
    parameter_name = "mine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("1", "Mine, not decided"), ("0", "Nobody's, not decided")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Loan]) -> QuerySet[Loan]:
        if self.value() not in ("0", "1"):
            return queryset
        officer = request.user.pk if self.value() == "1" else None
        return queryset.filter(state__reviewer_id=officer, state__status__in=BEFORE_APPROVAL)
