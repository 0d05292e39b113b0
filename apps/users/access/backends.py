"""Sign-in by e-mail or phone."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from apps.users.accounts.models import Account


class EmailOrPhoneBackend(BaseBackend):
    """Finds the account in the schema of the request; an account of another schema does not exist here."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> Account | None:
        if not username or not password:
            return None
        account = Account.objects.signing_in_by(username)
        if account is None:
            make_password(password)  # so that an unknown name takes as long as a wrong password
            return None
        if account.check_password(password) and account.is_active:
            return account
        return None

    def get_user(self, user_id: Any) -> Account | None:
        return Account.objects.filter(pk=user_id, is_active=True).first()

    def has_perm(self, user: Any, perm: str, obj: Any = None) -> bool:
        return bool(user.is_staff)


BACKEND = f"{EmailOrPhoneBackend.__module__}.{EmailOrPhoneBackend.__qualname__}"  # as AUTHENTICATION_BACKENDS names it
