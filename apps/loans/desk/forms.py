"""Forms about borrowers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from apps.users.back_office.forms import DateInput


class BorrowerForm(forms.Form):
    """A borrower's particulars; the service checks them, so every door refuses the same."""

    full_name = forms.CharField(label="Full name", max_length=150)
    phone = forms.CharField(required=False, max_length=20, help_text="8 digits, like 5812 3456.")
    email = forms.EmailField(label="E-mail", required=False)
    national_id = forms.CharField(label="National ID", required=False, max_length=24)
    date_of_birth = forms.DateField(required=False, widget=DateInput())
    district = forms.ChoiceField(required=False)
    village = forms.CharField(label="Village or town", required=False, max_length=80)
    employer = forms.CharField(required=False, max_length=120)
    net_monthly_income = forms.DecimalField(required=False, max_digits=12, decimal_places=2, min_value=Decimal(0))

    def __init__(self, *args: Any, is_new: bool = True, **kwargs: Any) -> None:
        from apps.mfis.tenancy.districts import District

        super().__init__(*args, **kwargs)
        if not is_new:  # these change by a page of their own
            del self.fields["phone"], self.fields["email"]
        self.fields["district"].choices = [("", "—"), *District.choices]  # type: ignore[attr-defined]
