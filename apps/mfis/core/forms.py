"""What a command refused, shown in the form that asked for it."""

from __future__ import annotations

from django import forms

from apps.mfis.core.errors import InvalidInput, ServiceError


def show_service_error(form: forms.BaseForm, error: ServiceError) -> None:
    """Puts a service's refusal beside the fields it names, or above the form."""
    if not isinstance(error, InvalidInput) or not error.errors:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return
    for name, messages in error.errors.items():
        for message in messages:
            form.add_error(name if name in form.fields else None, message)
