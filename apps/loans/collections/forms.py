"""The collection sheet of a meeting."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from apps.loans.book.models import Channel, Loan, LoanState
from apps.loans.collections.services.meetings import Collected, Due
from apps.users.back_office.forms import DateInput, KeyedForm, accept_overpayment_field, amount_field


class CollectionForm(KeyedForm):
    """What each member brought to a meeting; the amounts expected stand there already."""

    channel = forms.ChoiceField(choices=Channel.choices)
    reference = forms.CharField(required=False, max_length=60, help_text="Not needed for cash.")
    transfer_amount = amount_field(
        label="Whole transfer",
        required=False,
        help_text="All that the transfer brought. Empty: what the lines come to.",
    )
    value_date = forms.DateField(label="Day", widget=DateInput())

    def __init__(self, *args: Any, lines: list[Due], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            self.fields[f"seen_{line.loan.pk}"] = forms.IntegerField(
                required=False, widget=forms.HiddenInput(), initial=line.events
            )
            self.fields[f"over_{line.loan.pk}"] = accept_overpayment_field()
            self.fields[f"loan_{line.loan.pk}"] = forms.DecimalField(
                label=f"{line.member}, {line.loan.number}",
                required=False,
                max_digits=12,
                decimal_places=2,
                min_value=Decimal(0),
                initial=line.expected or None,
            )

    def rows(self) -> list[tuple[Due, forms.BoundField, forms.BoundField]]:
        """Each line with its field, and the one that accepts what would be left over."""
        return [(line, self[f"loan_{line.loan.pk}"], self[f"over_{line.loan.pk}"]) for line in self.lines]

    def show(self, found: list[Collected]) -> None:
        """Says of each line what became of it: what was refused may be put right, what is booked is left out."""
        sent = self.data.dict() if isinstance(self.data, QueryDict) else {**self.data}
        for line in found:
            if line.question:
                self.fields[f"over_{line.loan.pk}"].widget = forms.CheckboxInput()
            if line.error:
                self.add_error(f"loan_{line.loan.pk}", line.error)
                sent[f"seen_{line.loan.pk}"] = str(_events(line.loan))
            else:
                sent[f"loan_{line.loan.pk}"] = ""
        self.data = sent

    def overpaid(self) -> frozenset[UUID]:
        """The loans on which more than is owed is accepted."""
        return frozenset(line.loan.pk for line in self.lines if self.cleaned_data.get(f"over_{line.loan.pk}"))

    def seen(self) -> dict[UUID, int]:
        """How many events each loan had when the sheet was shown, where it says so."""
        seen = {line.loan.pk: self.cleaned_data.get(f"seen_{line.loan.pk}") for line in self.lines}
        return {loan_id: events for loan_id, events in seen.items() if events is not None}

    def amounts(self) -> dict[UUID, Decimal]:
        """The amount brought for each loan, where anything was."""
        amounts = {line.loan.pk: self.cleaned_data.get(f"loan_{line.loan.pk}") for line in self.lines}
        return {loan_id: amount for loan_id, amount in amounts.items() if amount}


def _events(loan: Loan) -> int:
    """How many events the loan has by now."""
    return LoanState.objects.values_list("events_folded", flat=True).get(pk=loan.pk)
