"""Forms of reports and of closing."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from apps.loans.ledger.models import GLAccount
from apps.loans.ledger.reports import year_start
from apps.mfis.core.clock import business_date
from apps.users.back_office.forms import DateInput

LONGEST_REPORT = 3660  # days


class ClosingForm(forms.Form):
    through = forms.DateField(label="Close through", widget=DateInput())


class PeriodForm(forms.Form):
    """The days a report is over, as it was known when, and the account of a ledger."""

    account = forms.ModelChoiceField(queryset=GLAccount.objects.none(), required=False, empty_label="Choose an account")
    since = forms.DateField(label="From", widget=DateInput())
    on = forms.DateField(label="To", widget=DateInput())
    known_on = forms.DateField(
        label="As known on", required=False, widget=DateInput(), help_text="Empty: with all that is known by now."
    )
    restructured = forms.BooleanField(label="Count restructured loans as at risk", required=False)

    def __init__(self, report: str, data: Any) -> None:
        names = ("account", "since", "on", "known_on", "restructured")
        given = {name: data.get(name) for name in names if data.get(name)}
        today = business_date()
        super().__init__({"since": year_start(today), "on": today, **given})
        self.fields["account"].queryset = GLAccount.objects.order_by("code")  # type: ignore[attr-defined]
        if report != "general-ledger":
            del self.fields["account"]
        if report not in ("general-ledger", "income-statement", "indicators"):
            del self.fields["since"]
        if report != "indicators":
            del self.fields["restructured"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        since, on = values.get("since"), values.get("on")
        if since and on and since > on:
            self.add_error("since", "The first day is after the last.")
        elif since and on and (on - since).days > LONGEST_REPORT:
            self.add_error("since", "A report is over ten years at most.")
        return values

    def period(self) -> tuple[date, date]:
        """First and last day; the fiscal year up to today where nothing, or nothing lawful, is given."""
        today = business_date()
        values = self.cleaned_data if self.is_valid() else {}
        on = values.get("on") or today
        return values.get("since") or year_start(on), on
