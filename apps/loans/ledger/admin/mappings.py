"""Accounts of its own for a product."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from apps.loans.ledger.chart import ensure_chart
from apps.loans.ledger.models import AccountMapping, GLAccount
from apps.loans.ledger.settings import save_mapping
from apps.mfis.core.roles import Action
from apps.users.back_office.base import LetsemaAdmin
from apps.users.back_office.requests import staff_of
from apps.users.back_office.sites import tenant_site


@admin.register(AccountMapping, site=tenant_site)
class MappingAdmin(LetsemaAdmin):
    list_title = "Accounts by product"
    add_action = change_action = Action.MANAGE_ACCOUNTS
    add_label = "Map an account"
    list_display = ("product", "role", "account")
    list_select_related = ("product", "account")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "role":
            ensure_chart()
            roles = GLAccount.objects.exclude(role="").values_list("role", flat=True)
            return forms.ChoiceField(choices=[(role, role.replace("_", " ").capitalize()) for role in roles])
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: AccountMapping, form: Any, change: bool) -> None:
        save_mapping(mapping=obj, actor=staff_of(request).actor)
