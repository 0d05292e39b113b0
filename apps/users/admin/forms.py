"""Forms of the doors and of the back-office."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import PasswordChangeForm
from django.core.exceptions import ValidationError

from apps.mfis.errors import InvalidInput, ServiceError
from apps.users.models import Account
from apps.users.services.accounts import actor_of, set_password


class SignInForm(AdminAuthenticationForm):
    """Sign-in by e-mail or phone; the same sentence whatever is wrong."""

    error_messages = {
        "invalid_login": "This e-mail or phone and password do not go together. After five wrong tries sign-in "
        "closes for a quarter of an hour.",
        "inactive": "This account is closed.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-mail or phone"
        self.fields["username"].widget.attrs["autocomplete"] = "username"

    def confirm_login_allowed(self, user: Any) -> None:
        if not user.is_staff:
            raise ValidationError(
                "This account is a borrower's: sign in on the borrowers' portal instead.", code="not_staff"
            )


class ChangePasswordForm(PasswordChangeForm):
    def save(self, commit: bool = True) -> Any:
        account: Account = self.user
        set_password(account=account, password=self.cleaned_data["new_password1"], actor=actor_of(account))
        return account


class NewPasswordForm(forms.Form):
    """A new password, twice."""

    password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 10 characters, not only digits, nothing that is easily guessed.",
    )
    again = forms.CharField(
        label="The same again", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("password") and values.get("again") and values["password"] != values["again"]:
            self.add_error("again", "The two passwords differ; type the same one twice.")
        return values


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class OptionalReasonForm(forms.Form):
    reason = forms.CharField(label="Note", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class DateInput(forms.DateInput):
    """The browser's own date field: no script, and it speaks the person's language."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


def show_service_error(form: forms.BaseForm, error: ServiceError) -> None:
    """Puts a service's refusal beside the fields it names, or above the form."""
    if not isinstance(error, InvalidInput) or not error.errors:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return
    for name, messages in error.errors.items():
        for message in messages:
            form.add_error(name if name in form.fields else None, message)
