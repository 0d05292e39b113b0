"""Forms of the loan's actions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms

from apps.loans.models import Product
from apps.loans.models.event import Channel
from apps.mfis.clock import business_date
from apps.users.admin.forms import DateInput
from apps.users.models import Account
from apps.users.roles import Role


class MoneyForm(forms.Form):
    """A movement of money. The hidden key makes a form that is sent twice count once."""

    amount = forms.DecimalField(max_digits=12, decimal_places=2, min_value=Decimal("0.01"))
    channel = forms.ChoiceField(choices=Channel.choices)
    reference = forms.CharField(
        required=False, max_length=60, help_text="The wallet's or bank's own reference; not needed for cash."
    )
    on = forms.DateField(label="Value date", widget=DateInput(), help_text="The day the money moved.")
    key = forms.CharField(widget=forms.HiddenInput(), max_length=80)

    def __init__(self, *args: Any, with_amount: bool = True, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {})
        kwargs["initial"] = {"on": business_date(), "key": str(uuid4()), **kwargs["initial"]}
        super().__init__(*args, **kwargs)
        if not with_amount:
            del self.fields["amount"]
        else:
            self.fields["amount"].widget.attrs |= {"autofocus": True, "inputmode": "decimal"}


class ReverseForm(forms.Form):
    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    key = forms.CharField(widget=forms.HiddenInput(), max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": str(uuid4())}
        super().__init__(*args, **kwargs)


class ApplicationForm(forms.Form):
    """An application entered at the branch for a borrower."""

    borrower = forms.ModelChoiceField(queryset=Account.objects.none())
    product_id = forms.ModelChoiceField(label="Product", queryset=Product.objects.none())
    principal = forms.DecimalField(label="Amount", max_digits=12, decimal_places=2, min_value=Decimal("0.01"))
    installments = forms.IntegerField(min_value=1, max_value=360)
    purpose = forms.CharField(required=False, max_length=200)
    key = forms.CharField(widget=forms.HiddenInput(), max_length=80)

    def __init__(self, *args: Any, borrower: Account | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": str(uuid4()), "borrower": borrower}
        super().__init__(*args, **kwargs)
        people = Account.objects.filter(role=Role.BORROWER, is_active=True)
        # From a borrower's own page the choice is made; a list of thousands would be no choice.
        self.fields["borrower"].queryset = people.filter(pk=borrower.pk) if borrower else people  # type: ignore[attr-defined]
        self.fields["product_id"].queryset = Product.objects.filter(is_active=True)  # type: ignore[attr-defined]


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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        from apps.mfis.places import District

        super().__init__(*args, **kwargs)
        self.fields["district"].choices = [("", "—"), *District.choices]  # type: ignore[attr-defined]
