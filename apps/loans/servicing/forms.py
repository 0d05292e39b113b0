"""Forms of what happens to a running loan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from apps.loans.book.models import Channel
from apps.mfis.core.clock import business_date
from apps.users.back_office.forms import DateInput, KeyedForm, accept_overpayment_field, amount_field, reason_field


class LoanForm(KeyedForm):
    """A form about one loan. It says how many events the loan had when it was shown: what came since is told."""

    events_seen = forms.IntegerField(required=False, widget=forms.HiddenInput())


class MoneyForm(LoanForm):
    """A movement of money."""

    amount = amount_field()
    channel = forms.ChoiceField(choices=Channel.choices)
    reference = forms.CharField(
        required=False, max_length=60, help_text="The wallet's or bank's own reference; not needed for cash."
    )
    value_date = forms.DateField(label="Value date", widget=DateInput(), help_text="The day the money moved.")

    field_order = ["amount", "accept_overpayment", "channel", "reference", "transfer_amount", "value_date"]

    def __init__(self, *args: Any, with_amount: bool = True, **kwargs: Any) -> None:
        kwargs["initial"] = {"value_date": business_date(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        if not with_amount:
            del self.fields["amount"]
        else:
            self.fields["amount"].widget.attrs |= {"autofocus": True}


class ReceiptForm(MoneyForm):
    """Money received; what would be left over is asked about once it is known."""

    accept_overpayment = accept_overpayment_field()
    transfer_amount = amount_field(
        label="Whole transfer",
        required=False,
        help_text="All that the transfer brought, where it pays several loans. Empty: the amount above.",
    )


class ConfirmForm(forms.Form):
    """Confirming a reported payment."""

    accept_overpayment = accept_overpayment_field()


class ReverseForm(KeyedForm):
    reason = reason_field()


class ChargeForm(LoanForm):
    name = forms.CharField(label="For what", max_length=60)
    kind = forms.ChoiceField(choices=[("fee", "Fee"), ("penalty", "Penalty")])
    amount = amount_field()
    due_date = forms.DateField(label="Due on", required=False, widget=DateInput(), help_text="Empty: at once.")


class WaiverForm(LoanForm):
    component = forms.ChoiceField(
        label="What", choices=[("penalties", "Penalties"), ("fees", "Fees"), ("interest", "Interest")]
    )
    amount = amount_field()
    installment = forms.IntegerField(
        label="Of installment no.", required=False, min_value=1, help_text="Empty: from the oldest on."
    )
    reason = reason_field()


class GoodwillForm(LoanForm):
    amount = amount_field()
    reason = reason_field()


class RestructureForm(KeyedForm):
    """New terms from an installment onwards; exactly one of the four."""

    start = forms.DateField(label="From the installment due on", widget=DateInput())
    new_due_date = forms.DateField(label="Move it to", required=False, widget=DateInput())
    extra_terms = forms.IntegerField(label="Installments more", required=False, min_value=1, max_value=120)
    grace_principal = forms.IntegerField(
        label="Installments without principal", required=False, min_value=1, max_value=60
    )
    new_interest_rate = forms.DecimalField(label="New rate (% a year)", required=False, min_value=Decimal(0))
    reason = reason_field()

    CHANGES = ("new_due_date", "extra_terms", "grace_principal", "new_interest_rate")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        given = [name for name in self.CHANGES if values.get(name)]
        if len(given) != 1 and not self.errors:
            self.add_error(None, "Change one thing: the date, the number, the grace, or the rate.")
        elif given and values.get("start"):
            values["terms"] = {"from": values["start"].isoformat(), given[0]: _term(values[given[0]])}
        return values


def _term(value: date | Decimal | int) -> str | int:
    """A new term as the loan's event keeps it."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


class ProposalForm(KeyedForm):
    agree = forms.TypedChoiceField(
        label="Decision",
        choices=[("yes", "Agree"), ("no", "Decline")],
        coerce=lambda v: v == "yes",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text="Needed to decline."
    )


class NoteForm(KeyedForm):
    text = reason_field()
    promised_on = forms.DateField(label="Promised to pay on", required=False, widget=DateInput())
    amount = amount_field(label="Promised amount", required=False)


class CorrectionForm(KeyedForm):
    """The receipt as it should have been."""

    value_date = forms.DateField(label="Received on", widget=DateInput())
    amount = amount_field()
    channel = forms.ChoiceField(choices=Channel.choices)
    reference = forms.CharField(required=False, max_length=60, help_text="Not needed for cash.")
    accept_overpayment = accept_overpayment_field()
    loan_number = forms.CharField(label="On loan", max_length=16)
    reason = reason_field()
