"""Where colleagues work, and whom borrowers work for."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse

from apps.mfis.core.roles import Action, Role
from apps.users.accounts.identity import format_phone
from apps.users.accounts.models import Account, BorrowerProfile, Branch, Employer
from apps.users.accounts.services.branches import save_branch, save_employer
from apps.users.back_office.base import LetsemaAdmin, status_badge
from apps.users.back_office.requests import staff_of
from apps.users.back_office.sites import tenant_site
from apps.users.exporting.lists import ExportColumn
from apps.users.spreadsheets.admin import ImportsRows
from apps.users.staff.forms import BranchForm, EmployerForm


def _counted(rows: QuerySet[Any], by: str) -> Any:
    """How many of `rows` belong to the record of the list."""
    found = rows.filter(**{by: OuterRef("pk")}).order_by().values(by).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(found), 0)


@admin.register(Branch, site=tenant_site)
class BranchAdmin(ImportsRows, LetsemaAdmin):
    """The offices of the MFI."""

    import_kinds = ("branches",)
    list_title = "Branches"
    add_action = change_action = Action.MANAGE_PEOPLE
    add_label = "Open a branch"
    list_display = ("name", "code", "place", "colleagues", "state")
    list_filter = ("is_active", "district")
    search_fields = ("name", "code", "address")
    form = BranchForm
    export_columns = (
        ExportColumn("Code", "code"),
        ExportColumn("Branch", "name"),
        ExportColumn("District", lambda branch: branch.get_district_display()),
        ExportColumn("Address", "address"),
        ExportColumn("Open", lambda branch: "yes" if branch.is_active else "no"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Branch]:
        branches: QuerySet[Branch] = super().get_queryset(request)
        staff = Account.objects.filter(~Q(role=Role.BORROWER), is_active=True)
        return branches.annotate(staff=_counted(staff, "branch"))

    @admin.display(ordering="district")
    def place(self, branch: Branch) -> str:
        return ", ".join(filter(None, (branch.address, branch.get_district_display()))) or "—"

    @admin.display(ordering="staff")
    def colleagues(self, branch: Any) -> int:
        return int(branch.staff)

    @admin.display(ordering="is_active")
    def state(self, branch: Branch) -> str:
        return status_badge("active", "Open") if branch.is_active else status_badge("closed", "Closed")

    def page_tools(self, request: HttpRequest, obj: Any) -> list[dict[str, str]]:
        return _borrowers_of(f"?branch={obj.pk}")

    def save_model(self, request: HttpRequest, obj: Branch, form: Any, change: bool) -> None:
        save_branch(branch=obj, actor=staff_of(request).actor)


@admin.register(Employer, site=tenant_site)
class EmployerAdmin(ImportsRows, LetsemaAdmin):
    """Whom borrowers work for."""

    import_kinds = ("employers",)
    list_title = "Employers"
    add_action = change_action = Action.MANAGE_PEOPLE
    add_label = "Add an employer"
    list_display = ("name", "code", "contact_name", "phone_formatted", "pay_day", "employees", "state")
    list_filter = ("is_active",)
    search_fields = ("name", "code", "contact_name")
    form = EmployerForm
    export_columns = (
        ExportColumn("Code", "code"),
        ExportColumn("Employer", "name"),
        ExportColumn("Contact", "contact_name"),
        ExportColumn("Phone", "phone"),
        ExportColumn("E-mail", "email"),
        ExportColumn("Pay day", "pay_day"),
        ExportColumn("Address", "address"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Employer]:
        employers: QuerySet[Employer] = super().get_queryset(request)
        return employers.annotate(people=_counted(BorrowerProfile.objects.all(), "listed_employer"))

    @admin.display(description="phone", ordering="phone")
    def phone_formatted(self, employer: Employer) -> str:
        return format_phone(employer.phone) or "—"

    @admin.display(description="borrowers", ordering="people")
    def employees(self, employer: Any) -> int:
        return int(employer.people)

    @admin.display(ordering="is_active")
    def state(self, employer: Employer) -> str:
        return status_badge("active", "In use") if employer.is_active else status_badge("closed", "Not used")

    def page_tools(self, request: HttpRequest, obj: Any) -> list[dict[str, str]]:
        return _borrowers_of(f"?employer={obj.pk}")

    def save_model(self, request: HttpRequest, obj: Employer, form: Any, change: bool) -> None:
        save_employer(employer=obj, actor=staff_of(request).actor)


def _borrowers_of(query: str) -> list[dict[str, str]]:
    url = reverse("admin:users_borrowerprofile_changelist") + query
    return [{"label": "Its borrowers", "style": "quiet", "url": url}]
