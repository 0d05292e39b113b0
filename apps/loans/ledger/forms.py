"""Forms of the books."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from apps.loans.ledger.manual import MAXIMUM
from apps.loans.ledger.models import GLAccount
from apps.mfis.core.clock import business_date
from apps.users.back_office.forms import DateInput, KeyedForm

LINES = 6


class JournalForm(KeyedForm):
    """An entry by hand: what for, when, and up to six lines."""

    posted_on = forms.DateField(label="Day", widget=DateInput())
    narrative = forms.CharField(label="What for", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"posted_on": business_date()}
        super().__init__(*args, **kwargs)
        accounts = GLAccount.objects.filter(is_active=True).order_by("code")
        for n in range(1, LINES + 1):
            self.fields[f"account_{n}"] = forms.ModelChoiceField(
                queryset=accounts, required=n <= 2, label=f"Account {n}", empty_label="—"
            )
            self.fields[f"debit_{n}"] = _side_field(f"Debit {n}")
            self.fields[f"credit_{n}"] = _side_field(f"Credit {n}")

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
        kept = {name: values.get(name) for name in ("posted_on", "narrative", "idempotency_key")}
        return {**kept, "lines": lines}


def _side_field(label: str) -> forms.DecimalField:
    return forms.DecimalField(
        required=False, max_digits=14, decimal_places=2, min_value=Decimal("0.01"), max_value=MAXIMUM, label=label
    )
