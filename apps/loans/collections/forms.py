"""The collection sheet of a meeting."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms

from apps.loans.book.models import Channel
from apps.loans.collections.services.meetings import Due
from apps.users.back_office.forms import DateInput, KeyedForm


class CollectionForm(KeyedForm):
    """What each member brought to a meeting; the amounts expected stand there already."""

    channel = forms.ChoiceField(choices=Channel.choices)
    reference = forms.CharField(required=False, max_length=60, help_text="Not needed for cash.")
    value_date = forms.DateField(label="Day", widget=DateInput())

    def __init__(self, *args: Any, lines: list[Due], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            self.fields[f"loan_{line.loan.pk}"] = forms.DecimalField(
                label=f"{line.member}, {line.loan.number}",
                required=False,
                max_digits=12,
                decimal_places=2,
                min_value=Decimal(0),
                initial=line.expected or None,
            )

    def rows(self) -> list[tuple[Due, forms.BoundField]]:
        """Each line with its field."""
        return [(line, self[f"loan_{line.loan.pk}"]) for line in self.lines]

    def amounts(self) -> dict[UUID, Decimal]:
        """The amount brought for each loan, where anything was."""
        amounts = {line.loan.pk: self.cleaned_data.get(f"loan_{line.loan.pk}") for line in self.lines}
        return {loan_id: amount for loan_id, amount in amounts.items() if amount}
