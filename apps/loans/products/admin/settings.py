"""What the MFI has settled: policy, public holidays, ageing rates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.loans.products.forms import LinesField
from apps.loans.products.models import (
    PAYMENT_ACCOUNTS,
    POLICY_ID,
    AgeingPreset,
    LoanPurpose,
    Policy,
    PublicHoliday,
    the_policy,
)
from apps.loans.products.settings import save_setting
from apps.mfis.core.roles import Action
from apps.users.back_office.base import LetsemaAdmin
from apps.users.back_office.requests import staff_of
from apps.users.back_office.sites import tenant_site
from apps.users.spreadsheets.admin import ImportsRows


class SettingAdmin(LetsemaAdmin):
    """A page on which a manager settles something; see `save_setting`."""

    change_action: Action | None = Action.MANAGE_POLICY

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        save_setting(setting=obj, actor=staff_of(request).actor)


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    review_checklist = LinesField(
        label="Checked in every review",
        required=False,
        rows=6,
        help_text="One sentence a line. Empty: nothing is asked.",
    )

    class Meta:
        model = Policy
        fields = [
            "recognition",
            "approver_limit",
            "overpayment_limit",
            "payout_alone",
            "refund_alone",
            "goodwill_alone",
            "waiver_alone",
            "reversal_alone",
            "refund_reversal_alone",
            "past_month_alone",
            "duties_apart",
            "closing_alone",
            "officers_keep_to_branch",
            "group_arrears_days",
            "review_checklist",
            "fiscal_year_starts",
            *PAYMENT_ACCOUNTS.values(),
        ]


@admin.register(Policy, site=tenant_site)
class PolicyAdmin(SettingAdmin):
    """One record: its list is its page."""

    list_title = "Policy"
    form = PolicyForm

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:loans_policy_change", args=[POLICY_ID]))

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Policy | None:
        return the_policy() if str(object_id) == str(POLICY_ID) else None


@admin.register(PublicHoliday, site=tenant_site)
class HolidayAdmin(ImportsRows, SettingAdmin):
    import_kinds = ("holidays",)
    list_title = "Public holidays"
    add_action = Action.MANAGE_POLICY
    add_label = "Enter a holiday"
    list_display = ("day", "name", "is_active")
    list_filter = ("is_active",)


@admin.register(LoanPurpose, site=tenant_site)
class PurposeAdmin(SettingAdmin):
    """What loans are for. One that loans name is closed, never removed."""

    list_title = "Purposes"
    add_action = Action.MANAGE_POLICY
    add_label = "Add a purpose"
    list_display = ("name", "name_st", "sector", "is_active")
    list_filter = ("sector", "is_active")
    search_fields = ("name", "name_st")
    fields = ("name", "name_st", "sector", "is_active")


@admin.register(AgeingPreset, site=tenant_site)
class AgeingAdmin(SettingAdmin):
    list_title = "Ageing rates"
    add_action = Action.MANAGE_POLICY
    add_label = "Set new rates"
    list_display = ("valid_from", "set_aside")

    @admin.display(description="set aside", ordering="valid_from")
    def set_aside(self, preset: AgeingPreset) -> str:
        return ", ".join(f"from {days} days {percent} %" for days, percent in preset.rates)
