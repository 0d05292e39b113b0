"""Forms about guarantors and collateral."""

from __future__ import annotations

from decimal import Decimal

from django import forms

from apps.loans.security.models import Collateral
from apps.users.back_office.forms import ConfirmedForm, amount_field


class GuarantorForm(ConfirmedForm):
    """A person who answers for the loan, up to an amount."""

    full_name = forms.CharField(label="Full name", max_length=150)
    phone = forms.CharField(required=False, max_length=20, help_text="8 digits, or with + and the country's code.")
    relation = forms.CharField(label="Relation to the borrower", required=False, max_length=60)
    amount = amount_field()


class CollateralForm(ConfirmedForm):
    """A thing pledged for the loan."""

    what = forms.ChoiceField(label="Kind", choices=Collateral.Kind.choices)
    description = forms.CharField(max_length=200, help_text="So that it is known again: make, colour, ear mark.")
    serial = forms.CharField(label="Registration or serial no.", required=False, max_length=60)
    value = forms.DecimalField(label="Estimated value", max_digits=12, decimal_places=2, min_value=Decimal("0.01"))
