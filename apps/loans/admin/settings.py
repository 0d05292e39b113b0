"""What the MFI has settled: policy, public holidays, ageing rates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.loans.admin.fields import LinesField
from apps.loans.models import AgeingPreset, Policy, PublicHoliday
from apps.loans.models.policy import POLICY_ID, the_policy
from apps.loans.services.settings import save_setting
from apps.users.admin.base import LetsemaAdmin
from apps.users.admin.sites import tenant_site
from apps.users.roles import Action


class SettingAdmin(LetsemaAdmin):
    change_action: Action | None = Action.MANAGE_POLICY

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        save_setting(obj, by=request.user)


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
            "write_off_after_days",
            "group_arrears_days",
            "review_checklist",
            "fiscal_year_starts",
        ]


class PolicyAdmin(SettingAdmin):
    """One record: its list is its page."""

    list_title = "Policy"
    form = PolicyForm

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:loans_policy_change", args=[POLICY_ID]))

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        return the_policy() if str(object_id) == str(POLICY_ID) else None


class HolidayAdmin(SettingAdmin):
    list_title = "Public holidays"
    add_action = Action.MANAGE_POLICY
    add_label = "Enter a holiday"
    list_display = ("day", "name", "is_active")
    list_filter = ("is_active",)


class AgeingAdmin(SettingAdmin):
    list_title = "Ageing rates"
    add_action = Action.MANAGE_POLICY
    add_label = "Set new rates"
    list_display = ("valid_from", "spoken_rates")

    def spoken_rates(self, preset: AgeingPreset) -> str:
        return ", ".join(f"from {days} days {percent} %" for days, percent in preset.rates)

    spoken_rates.short_description = "set aside"  # type: ignore[attr-defined]


tenant_site.register(Policy, PolicyAdmin)
tenant_site.register(PublicHoliday, HolidayAdmin)
tenant_site.register(AgeingPreset, AgeingAdmin)
