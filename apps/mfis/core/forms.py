"""What forms have in common: a command's refusal shown in them, and amounts read and shown by one rule."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict

from apps.mfis.core.amounts import MAXIMUM_AMOUNT, parse_amount
from apps.mfis.core.errors import InvalidInput, ServiceError, Unsure
from apps.mfis.core.texts import UnreadableText, clean_text

CONFIRMED = "I have checked it; it is meant so"


def show_service_error(form: forms.BaseForm, error: ServiceError) -> None:
    """Puts a service's refusal beside the fields it names, or above the form; what it asks for is asked there."""
    _ask_again(form, error)
    if isinstance(error, Unsure):
        form.fields["confirmed"] = forms.BooleanField(label=CONFIRMED, required=False)
    if not isinstance(error, InvalidInput) or not error.errors:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return
    for name, messages in error.errors.items():
        for message in messages:
            form.add_error(name if name in form.fields else None, message)


def _to_text(field: forms.CharField, value: Any) -> Any:
    """What `forms.CharField` makes of a value, in its one spelling. A password (which is not stripped) stays as typed.

    Raises:
        ValidationError: it holds what nobody can see.
    """
    text = _django_text(field, value)
    if not field.strip or not isinstance(text, str):
        return text
    try:
        return clean_text(text, name=str(field.label or ""), paragraph=isinstance(field.widget, forms.Textarea))
    except UnreadableText as error:
        raise forms.ValidationError(str(error), code="unreadable") from None


_django_text = forms.CharField.to_python


def read_texts_by_one_rule() -> None:
    """Makes every form field that takes a text follow the rule of `texts`.

    Django has no setting for it, and a field of our own would leave out the forms that Django and packages make: of
    models, of searches, of signing in.
    """
    forms.CharField.to_python = _to_text  # type: ignore[method-assign, assignment]


def _ask_again(form: forms.BaseForm, error: ServiceError) -> None:
    if error.question in form.fields:
        form.fields[error.question].widget = forms.CheckboxInput()
    if error.carry and isinstance(form.data, QueryDict):
        form.data = {**form.data.dict(), **{form.add_prefix(name): value for name, value in error.carry.items()}}


class DecimalInput(forms.TextInput):
    """A text field for figures: a wheel or an arrow key does not change what stands in it, as it does a number field.

    What is an amount of money says so (`data-amount`), for the script that selects it and shows how it is read.
    """

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})


def _is_money(field: forms.DecimalField) -> bool:
    return field.decimal_places == 2 and (field.max_digits or 0) >= 10


def _to_decimal(field: forms.DecimalField, value: Any) -> Any:
    """What `forms.DecimalField` makes of a value; of money as `parse_amount` reads it, within what is sensible.

    Raises:
        ValidationError: no amount, one that may be read in two ways, or one that nobody means.
    """
    if value in field.empty_values or isinstance(value, Decimal) or not _is_money(field):
        return _django_decimal(field, value)
    try:
        amount = parse_amount(str(value))
    except ValueError as error:
        raise forms.ValidationError(str(error), code="invalid") from None
    most: Any = MAXIMUM_AMOUNT if field.max_value is None else field.max_value
    if amount > most:
        raise forms.ValidationError(f"The most that can be entered here is {most:,.2f}.", code="max_value")
    return amount


def _decimal_attributes(field: forms.DecimalField, widget: forms.Widget) -> dict[str, Any]:
    return {"data-amount": ""} if _is_money(field) and isinstance(widget, DecimalInput) else {}


_django_decimal = forms.DecimalField.to_python


def read_amounts_by_one_rule() -> None:
    """Makes every form field for figures a text field, and every amount of money read as it is written.

    Django has no setting for it, and a field of our own would leave out the forms that Django and packages make of
    models, filters and lists.
    """
    forms.DecimalField.widget = DecimalInput
    forms.DecimalField.to_python = _to_decimal  # type: ignore[method-assign,assignment]
    forms.DecimalField.widget_attrs = _decimal_attributes  # type: ignore[method-assign,assignment]
