"""Forms of the books."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from apps.loans.ledger.reports import year_start
from apps.loans.models import GLAccount
from apps.mfis.clock import business_date
from apps.users.admin.forms import DateInput

LINES = 6
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
        given = {key: data.get(key) for key in ("account", "since", "on", "known_on", "restructured") if data.get(key)}
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


class JournalForm(forms.Form):
    """An entry by hand: what for, when, and up to six lines."""

    on = forms.DateField(label="Day", widget=DateInput())
    narrative = forms.CharField(label="What for", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"on": business_date()}
        super().__init__(*args, **kwargs)
        accounts = GLAccount.objects.filter(is_active=True).order_by("code")
        for n in range(1, LINES + 1):
            self.fields[f"account_{n}"] = forms.ModelChoiceField(
                queryset=accounts, required=n <= 2, label=f"Account {n}", empty_label="—"
            )
            for side in ("debit", "credit"):
                self.fields[f"{side}_{n}"] = forms.DecimalField(
                    required=False,
                    max_digits=14,
                    decimal_places=2,
                    min_value=Decimal("0.01"),
                    label=f"{side.capitalize()} {n}",
                )

    def rows(self) -> list[tuple[Any, Any, Any]]:
        """Account, debit and credit of each line, as the page sets them side by side."""
        return [(self[f"account_{n}"], self[f"debit_{n}"], self[f"credit_{n}"]) for n in range(1, LINES + 1)]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        lines = []
        for n in range(1, LINES + 1):
            account, debit, credit = (values.get(f"{name}_{n}") for name in ("account", "debit", "credit"))
            if account and bool(debit) == bool(credit):
                self.add_error(f"debit_{n}", "Give a debit or a credit, not both.")
            elif (debit or credit) and not account:
                self.add_error(f"account_{n}", "Choose the account.")
            elif account:
                lines.append((account.pk, debit or -(credit or Decimal(0))))
        return {"on": values.get("on"), "narrative": values.get("narrative"), "lines": lines}
