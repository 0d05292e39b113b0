"""The chart of accounts, to which the pages of the books belong."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Case, DecimalField, F, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import localtime

from apps.loans.domain.money import format_money
from apps.loans.ledger.chart import ensure_chart
from apps.loans.ledger.models import GLAccount
from apps.loans.ledger.reports import CREDIT_SIDE, ZERO
from apps.loans.ledger.settings import save_account
from apps.loans.reporting.admin.overview import BooksPages
from apps.loans.reporting.admin.report import ReportPages
from apps.loans.reporting.selectors.overall import books
from apps.mfis.core.clock import business_date
from apps.mfis.core.roles import Action
from apps.users.back_office.base import status_badge
from apps.users.back_office.requests import staff_of
from apps.users.back_office.sites import tenant_site
from apps.users.spreadsheets.admin import ImportsRows

MONEY = DecimalField(max_digits=20, decimal_places=2)


@admin.register(GLAccount, site=tenant_site)
class AccountAdmin(ImportsRows, BooksPages, ReportPages):
    import_kinds = ("accounts", "opening_balances")
    list_title = "Chart of accounts"
    add_action = change_action = Action.MANAGE_ACCOUNTS
    add_label = "Open an account"
    list_display = ("code", "name", "type", "balance", "used_by", "state")
    list_filter = ("type", "is_active")
    search_fields = ("code", "name")
    fields = ("code", "name", "type", "is_financing", "may_go_below_zero", "is_active")
    list_per_page = 200

    def get_queryset(self, request: HttpRequest) -> QuerySet[GLAccount]:
        ensure_chart()
        accounts: QuerySet[GLAccount] = super().get_queryset(request)
        held = books(business_date()).balances
        total = Case(
            *(When(pk=account, then=amount) for account, amount in held.items()), default=ZERO, output_field=MONEY
        )
        shown = Case(When(type__in=CREDIT_SIDE, then=-F("total")), default=F("total"), output_field=MONEY)
        return accounts.annotate(total=total).annotate(natural=shown)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        taken_at = books(business_date()).taken_at
        said = f"Balances as at {localtime(taken_at):%-d %b %Y, %H:%M}." if taken_at else ""
        return super().changelist_view(request, {**(extra_context or {}), "list_note": said})

    @admin.display(ordering="natural")
    def balance(self, account: Any) -> str:
        sign = -1 if account.type in CREDIT_SIDE else 1
        return format_html(
            '<a href="{}?account={}">{}</a>',
            reverse("admin:loans_books_report", args=["general-ledger"]),
            account.pk,
            format_money(sign * account.total),
        )

    @admin.display(ordering="role")
    def used_by(self, account: GLAccount) -> str:
        return f"Loans: {account.role.replace('_', ' ')}" if account.role else "By hand"

    @admin.display(ordering="is_active")
    def state(self, account: GLAccount) -> str:
        return status_badge("active", "In use") if account.is_active else status_badge("closed", "Not in use")

    def save_model(self, request: HttpRequest, obj: GLAccount, form: Any, change: bool) -> None:
        save_account(account=obj, actor=staff_of(request).actor)

    def list_tools(self, request: HttpRequest) -> list[dict[str, str]]:
        reports = {"label": "Reports", "style": "quiet", "url": reverse("admin:loans_books")}
        return [*super().list_tools(request), reports]
