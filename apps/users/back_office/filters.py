"""Filters that many lists have: branch, officer, employer, and the particulars of a borrower.

Each is made for the way from a row of the list to what has the value; a way ends in `__`, or is empty.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from apps.mfis.core.roles import Duty, Role
from apps.mfis.core.tables import is_uuid
from apps.mfis.tenancy.districts import District
from apps.users.accounts.models import Account, Branch, Employer
from apps.users.accounts.particulars import Gender, Sector

MINE, NONE = "me", "none"

MOST_OFFERED = 300  # of a list that people keep; who has more searches


class _By(SimpleListFilter):
    """Those rows of which the column has the chosen value."""

    column = ""
    none_said = "None yet"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*self.offered(), (NONE, self.none_said)]

    def offered(self) -> list[tuple[str, str]]:
        return []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if not value:
            return queryset
        if value == NONE:
            return queryset.filter(self.nothing())
        return (
            queryset.filter(Q((self.column, self.wanted(request, str(value)))))
            if self.known(str(value))
            else queryset.none()
        )

    def nothing(self) -> Q:
        """Those rows of which the column is empty."""
        return Q((self.column, ""))

    def known(self, value: str) -> bool:
        return True

    def wanted(self, request: HttpRequest, value: str) -> Any:
        return value


class _ByRecord(_By):
    def nothing(self) -> Q:
        """What the column belongs to is there: said, it is looked up by its index, and not by all rows of the list."""
        path, _, _ = self.column.rpartition("__")
        return Q((f"{self.column}__isnull", True)) & (Q((f"{path}__pk__isnull", False)) if path else Q())

    def known(self, value: str) -> bool:
        return is_uuid(value)


class _ByOfficer(_ByRecord):
    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(MINE, "Mine"), *super().lookups(request, model_admin)]

    def offered(self) -> list[tuple[str, str]]:
        colleagues = Account.objects.filter(role=Role.MFI_ADMIN, is_active=True)
        having = {Duty.OFFICER, Duty.MANAGER}
        return [(str(account.pk), account.full_name) for account in colleagues if account.duty_set & having]

    def known(self, value: str) -> bool:
        return value == MINE or super().known(value)

    def wanted(self, request: HttpRequest, value: str) -> Any:
        return request.user.pk if value == MINE else value


class _ByBranch(_ByRecord):
    def offered(self) -> list[tuple[str, str]]:
        return [(str(branch.pk), branch.name) for branch in Branch.objects.all()]


class _ByEmployer(_ByRecord):
    none_said = "Not on the list"

    def offered(self) -> list[tuple[str, str]]:
        return [(str(one.pk), one.name) for one in Employer.objects.in_use()[:MOST_OFFERED]]


class _ByChoice(_By):
    choices_of: Any = ()
    none_said = "Not known"

    def offered(self) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in self.choices_of]


def _made(base: type[_By], title: str, column: str, **more: Any) -> type[_By]:
    name = title.replace(" ", "_")
    return type(f"By{name.capitalize()}", (base,), {"title": title, "parameter_name": name, "column": column, **more})


def by_branch(path: str = "") -> type[_By]:
    return _made(_ByBranch, "branch", f"{path}branch")


def by_officer(path: str = "") -> type[_By]:
    return _made(_ByOfficer, "officer", f"{path}officer")


def by_employer(path: str = "") -> type[_By]:
    return _made(_ByEmployer, "employer", f"{path}listed_employer")


def by_gender(path: str = "") -> type[_By]:
    return _made(_ByChoice, "gender", f"{path}gender", choices_of=Gender.choices)


def by_district(path: str = "") -> type[_By]:
    return _made(_ByChoice, "district", f"{path}district", choices_of=District.choices)


def by_sector(path: str = "") -> type[_By]:
    return _made(_ByChoice, "sector", f"{path}sector", choices_of=Sector.choices)


class _ByPurposesSector(_ByChoice):
    none_said = "No purpose of the list"

    def nothing(self) -> Q:
        path, _, _ = self.column.rpartition("__")
        return Q((f"{path}__isnull", True))


def by_sector_of_purpose(path: str) -> type[_By]:
    """`path` leads to the purpose, which a row may name or not."""
    return _made(_ByPurposesSector, "sector", f"{path}sector", choices_of=Sector.choices)
