"""Forms about borrowers."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms

from apps.mfis.tenancy.districts import District
from apps.users.accounts.models import BorrowerProfile, Employer
from apps.users.accounts.particulars import Education, Gender, MaritalStatus, Sector, Wallet
from apps.users.accounts.services.people import FURTHER_FIELDS, MAXIMUM_DEPENDANTS
from apps.users.back_office.forms import DateInput


def _choice(choices: Any, **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=[("", "—"), *choices], required=False, **options)


def _line(maximum: int, **options: Any) -> forms.CharField:
    return forms.CharField(max_length=maximum, required=False, **options)


class BorrowerForm(forms.Form):
    """A borrower's particulars; the service checks them, so every door refuses the same."""

    full_name = forms.CharField(label="Full name", max_length=150)
    phone = _line(20, help_text="8 digits, like 5812 3456.")
    email = forms.EmailField(label="E-mail", required=False)
    national_id = _line(24, label="National ID")
    national_id_expires = forms.DateField(label="It expires on", required=False, widget=DateInput())
    date_of_birth = forms.DateField(required=False, widget=DateInput())
    gender = _choice(Gender.choices)
    marital_status = _choice(MaritalStatus.choices)
    dependants = forms.IntegerField(
        required=False, min_value=0, max_value=MAXIMUM_DEPENDANTS, help_text="Who live on this income."
    )
    education = _choice(Education.choices)
    district = _choice(District.choices)
    village = _line(80, label="Village or town")
    landmark = _line(200, help_text="How a visitor finds the house.")
    kin_name = _line(150, label="Name")
    kin_relation = _line(40, label="Relation", help_text="Like sister, or husband.")
    kin_phone = _line(20, label="Phone", help_text="8 digits, or with its country's code.")
    occupation = _line(80)
    sector = _choice(Sector.choices, label="Business sector")
    listed_employer_id = forms.ModelChoiceField(
        label="Employer on the list", queryset=Employer.objects.none(), required=False, empty_label="None of these"
    )
    employer = _line(120, label="Employer, if not on the list")
    employee_number = _line(40)
    client_number = _line(40, help_text="What another system called the borrower.")
    net_monthly_income = forms.DecimalField(required=False, max_digits=12, decimal_places=2, min_value=Decimal(0))
    wallet = _choice(Wallet.choices)
    wallet_number = _line(20, help_text="8 digits, like 5812 3456.")
    bank_name = _line(60, label="Bank")
    bank_branch_code = _line(20, label="Bank's branch code")
    bank_account = _line(40, label="Account number")

    SECTIONS = (
        (
            "Who they are",
            ("full_name", "national_id", "national_id_expires", "date_of_birth", "gender", "client_number"),
        ),
        ("How they are reached", ("phone", "email", "district", "village", "landmark")),
        ("Household", ("marital_status", "dependants", "education")),
        ("Next of kin", ("kin_name", "kin_relation", "kin_phone")),
        (
            "Work and income",
            ("occupation", "sector", "listed_employer_id", "employer", "employee_number", "net_monthly_income"),
        ),
        ("Where money goes to them", ("wallet", "wallet_number", "bank_name", "bank_branch_code", "bank_account")),
    )

    def __init__(self, *args: Any, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:  # these change by a page of their own
            del self.fields["phone"], self.fields["email"]
        employer = self.fields["listed_employer_id"]
        assert isinstance(employer, forms.ModelChoiceField)  # noqa: S101 - as it is declared
        kept = [self.initial["listed_employer_id"]] if self.initial.get("listed_employer_id") else []
        employer.queryset = Employer.objects.in_use() | Employer.objects.filter(pk__in=kept)

    def sections(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings, as the page shows them."""
        for title, names in self.SECTIONS:
            yield title, [self[name] for name in names if name in self.fields]

    def clean(self) -> dict[str, Any]:
        """What is left empty is taken away: the page shows all that is kept."""
        values = super().clean() or {}
        employer = values.get("listed_employer_id")
        values["listed_employer_id"] = employer.pk if employer else ""
        return values | {name: "" for name in FURTHER_FIELDS if values.get(name) is None and name in self.fields}


def particulars_of(profile: BorrowerProfile) -> dict[str, Any]:
    """What is kept of a borrower, as the form shows it."""
    names = [name for name in BorrowerForm.base_fields if hasattr(profile, name)]
    return {"full_name": profile.account.full_name, **{name: getattr(profile, name) for name in names}}


class PhotographForm(forms.Form):
    """A photograph of a borrower."""

    file = forms.FileField(label="Photograph", help_text="JPEG or PNG, at most 5 MB.", max_length=255)
