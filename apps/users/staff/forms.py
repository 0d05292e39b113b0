"""What is asked about a colleague, and about a token."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import ServiceError
from apps.mfis.core.forms import show_service_error
from apps.mfis.core.roles import Duty, Role
from apps.users.access.models import ApiToken
from apps.users.accounts.models import Account
from apps.users.accounts.services.people import Person, clean_person
from apps.users.staff.services import clean_duties


class StaffForm(forms.ModelForm):  # type: ignore[type-arg]
    """A colleague's name, address and duties."""

    duties = forms.MultipleChoiceField(choices=Duty.choices, widget=forms.CheckboxSelectMultiple, required=False)

    class Meta:
        model = Account
        fields = ["full_name", "email", "phone", "duties"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.errors:
            return values
        try:
            if self.instance._state.adding:
                person = Person(values["full_name"], values.get("phone") or "", values.get("email") or "")
                clean_person(person, today=business_date())
            if "duties" in self.fields:
                clean_duties(values.get("duties", []), Role.MFI_ADMIN)
        except ServiceError as error:
            show_service_error(self, error)
        return values


class TokenForm(forms.ModelForm):  # type: ignore[type-arg]
    """A token's name, and how long it is good for."""

    days = forms.TypedChoiceField(
        label="Good for", coerce=int, choices=[(30, "30 days"), (90, "90 days"), (365, "a year")]
    )

    class Meta:
        model = ApiToken
        fields = ["name"]
