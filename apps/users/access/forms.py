"""Signing in, and choosing a password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import PasswordChangeForm
from django.core.exceptions import ValidationError

from apps.users.accounts.models import Account
from apps.users.accounts.services.passwords import set_password


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
    """Django's own, saved by the same command as everywhere."""

    def save(self, commit: bool = True) -> Account:
        account: Account = self.user
        set_password(account=account, password=self.cleaned_data["new_password1"], actor=account.actor)
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


class NameForm(forms.Form):
    """Whose password is forgotten."""

    name = forms.CharField(label="E-mail or phone", max_length=254)
