"""The page that says what is missing or odd, and the filter of the lists by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from apps.loans.book.models import Loan
from apps.loans.desk.quality import OF_BORROWERS, OF_LOANS, Fault
from apps.loans.portfolios.admin.hand_over import may_hand_over
from apps.mfis.core.roles import Action
from apps.users.accounts.models import BorrowerProfile
from apps.users.accounts.reach import within_reach
from apps.users.back_office.paging import MOST_COUNTED
from apps.users.back_office.requests import staff_of
from apps.users.back_office.sites import tenant_site


class _FaultFilter(admin.SimpleListFilter):
    title = "to mend"
    parameter_name = "fault"
    faults: tuple[Fault, ...] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(fault.code, fault.label) for fault in self.faults]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        fault = next((one for one in self.faults if one.code == self.value()), None)
        return queryset.filter(fault.found()) if fault else queryset


class BorrowerFaultFilter(_FaultFilter):
    faults = OF_BORROWERS


class LoanFaultFilter(_FaultFilter):
    faults = OF_LOANS


@dataclass(frozen=True, slots=True)
class Counted:
    """How often a fault is found, as far as lists are counted."""

    fault: Fault
    count: int

    @property
    def said(self) -> str:
        return f"{MOST_COUNTED:,}+" if self.count > MOST_COUNTED else f"{self.count:,}"


def faults_of_borrowers(request: HttpRequest) -> list[Counted]:
    """How many borrowers have each fault, of those that who asks sees."""
    return _counted(within_reach(BorrowerProfile.objects.all(), request.user, ""), OF_BORROWERS)


def faults_of_loans(request: HttpRequest) -> list[Counted]:
    """How many loans that are not ended have each fault, of those that who asks sees."""
    return _counted(within_reach(Loan.objects.all(), request.user, "portfolio__"), OF_LOANS)


def _counted(rows: QuerySet[Any], faults: tuple[Fault, ...]) -> list[Counted]:
    found = [(fault, rows.filter(fault.found()).order_by().values("pk")) for fault in faults]
    return [Counted(fault, some[: MOST_COUNTED + 1].count()) for fault, some in found]


def data_quality_view(request: HttpRequest) -> HttpResponse:
    """How many borrowers and loans have each fault; each leads to the list of them, which can be exported."""
    if not staff_of(request).may(Action.VIEW_BOOKS):
        raise PermissionDenied
    context = {
        **tenant_site.each_context(request),
        "title": "Data quality",
        "lists": [
            ("Borrowers", reverse("admin:users_borrowerprofile_changelist"), faults_of_borrowers(request)),
            ("Running loans and applications", reverse("admin:loans_loan_changelist"), faults_of_loans(request)),
        ],
        "may_hand_over": may_hand_over(request),
    }
    return TemplateResponse(request, "admin/data_quality.html", context)


tenant_site.pages["loans_data_quality"] = ("data-quality/", data_quality_view)
