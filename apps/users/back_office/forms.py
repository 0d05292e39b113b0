"""Form parts that many back-office pages ask with."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms

from apps.mfis.core.forms import CONFIRMED


class ReasonForm(forms.Form):
    """Why, where it stays with the record."""

    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class OptionalReasonForm(forms.Form):
    """A note, where one may be left."""

    reason = forms.CharField(label="Note", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class DateInput(forms.DateInput):
    """The browser's own date field: no script, and it speaks the person's language."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class KeyedForm(forms.Form):
    """A form whose hidden key makes it count once, however often it is sent."""

    idempotency_key = forms.CharField(widget=forms.HiddenInput(), max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"idempotency_key": str(uuid4()), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


class ConfirmedForm(KeyedForm):
    """A form whose values may be asked about; the box to confirm by is shown once they are."""

    confirmed = forms.BooleanField(label=CONFIRMED, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.data.get("confirmed"):
            del self.fields["confirmed"]


def accept_overpayment_field() -> forms.BooleanField:
    """Says yes to what is left over; hidden until a refusal asks for it (`show_service_error`)."""
    return forms.BooleanField(label="Keep what is left over as overpaid", required=False, widget=forms.HiddenInput())


def amount_field(**options: Any) -> forms.DecimalField:
    """An amount of money, above nothing; `core.forms` says how it is read and shown."""
    return forms.DecimalField(max_digits=12, decimal_places=2, min_value=Decimal("0.01"), **options)


def reason_field() -> forms.CharField:
    """Why, for a form that asks for more than that."""
    return forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
