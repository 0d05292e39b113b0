"""What a hand-over asks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from apps.loans.portfolios.selectors import officers
from apps.loans.portfolios.services import Chosen
from apps.mfis.core.tables import is_uuid
from apps.mfis.tenancy.districts import District
from apps.users.accounts.models import Account, Branch
from apps.users.back_office.filters import NONE
from apps.users.back_office.forms import ConfirmedForm, DateInput, reason_field

FILTERS = ("from_branch", "from_officer", "district")


class HandOverForm(ConfirmedForm):
    """Who is handed over, chosen one by one or by where they are now; to whom, from which day, and why."""

    borrowers = forms.CharField(required=False, widget=forms.HiddenInput())
    loans = forms.CharField(required=False, widget=forms.HiddenInput())
    from_branch = forms.ChoiceField(label="All of the branch", required=False)
    from_officer = forms.ChoiceField(label="All of the officer", required=False)
    district = forms.ChoiceField(label="Who live in", required=False, choices=[("", "Anywhere"), *District.choices])
    with_loans = forms.BooleanField(label="Their running loans go with them", required=False, initial=True)
    branch = forms.ModelChoiceField(
        label="To the branch", queryset=Branch.objects.open(), required=False, empty_label="As it is"
    )
    officer = forms.ModelChoiceField(
        label="To the officer", queryset=Account.objects.none(), required=False, empty_label="As it is"
    )
    value_date = forms.DateField(label="From", widget=DateInput())
    reason = reason_field()

    SECTIONS = (
        ("Who", (*FILTERS, "with_loans")),
        ("To whom", ("branch", "officer", "value_date", "reason", "confirmed")),
    )

    def __init__(self, *args: Any, by_keys: bool, has_people: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if by_keys:
            for name in FILTERS:
                del self.fields[name]
            if not has_people:
                del self.fields["with_loans"]
        else:
            branches = [(str(branch.pk), branch.name) for branch in Branch.objects.all()]
            having = [(str(one.pk), one.full_name) for one in Account.objects.exclude(role="borrower")]
            self._offer("from_branch", [(NONE, "No branch yet"), *branches])
            self._offer("from_officer", [(NONE, "No officer yet"), *having])
        officer = self.fields["officer"]
        assert isinstance(officer, forms.ModelChoiceField)  # noqa: S101 - as it is declared
        officer.queryset = officers()

    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under their headings; a heading without any is left out."""
        found = [(title, [self[name] for name in names if name in self.fields]) for title, names in self.SECTIONS]
        return [(title, fields) for title, fields in found if fields]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - as it is declared
        field.choices = [("", "Any"), *choices]

    def chosen(self) -> Chosen:
        """Who is meant by what was filled in."""
        values = self.cleaned_data
        branch, officer = values.get("from_branch", ""), values.get("from_officer", "")
        return Chosen(
            borrowers=keys_in(values["borrowers"]),
            loans=keys_in(values["loans"]),
            from_branch=UUID(branch) if is_uuid(branch) else None,
            without_branch=branch == NONE,
            from_officer=UUID(officer) if is_uuid(officer) else None,
            without_officer=officer == NONE,
            district=values.get("district", ""),
            with_loans=values.get("with_loans", False),
        )


def keys_in(text: str) -> tuple[UUID, ...]:
    """The keys in a text, with commas between them; what is no key is left out."""
    return tuple(UUID(word) for word in text.split(",") if is_uuid(word))
