"""What is asked of whoever looks at two accounts."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.users.accounts.models import Account
from apps.users.back_office.forms import ReasonForm

APART = "apart"


class PairForm(ReasonForm):
    """Which account stands for both, or that they are two people's, and why."""

    decision = forms.ChoiceField(label="Who are they?", widget=forms.RadioSelect)
    field_order = ("decision", "reason")

    def __init__(self, *args: Any, one: Account, other: Account, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        decision = self.fields["decision"]
        assert isinstance(decision, forms.ChoiceField)  # noqa: S101 - for mypy
        decision.choices = [
            (str(one.pk), f"One person: the first account stands ({one.full_name})"),
            (str(other.pk), f"One person: the second account stands ({other.full_name})"),
            (APART, "Two different people"),
        ]
