"""What a command refused, shown in the form that asked for it."""

from __future__ import annotations

from typing import Any

from django import forms

from apps.mfis.core.errors import InvalidInput, ServiceError, Unsure
from apps.mfis.core.texts import UnreadableText, clean_text

CONFIRMED = "I have checked it; it is meant so"


def show_service_error(form: forms.BaseForm, error: ServiceError) -> None:
    """Puts a service's refusal beside the fields it names, or above the form; a question gets a box to confirm by."""
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
