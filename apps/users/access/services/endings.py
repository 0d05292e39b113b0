"""What ends when somebody's password, address or factor changes: sessions, tokens, invitations and codes."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from apps.users.access.models import ApiToken, Invitation, SignIn
from apps.users.accounts.models import Account, OneTimeCode
from apps.users.accounts.services.passwords import credentials_changed


@receiver(credentials_changed)
def end_ways_in(sender: Any, account: Account, **more: Any) -> None:
    """Inside its caller's command. On other nodes sessions end by the account's stamp, which they carry."""
    now = timezone.now()
    ApiToken.objects.filter(account=account, revoked_at=None).update(revoked_at=now)
    Invitation.objects.open().filter(account=account).update(withdrawn_at=now)
    OneTimeCode.objects.filter(account=account, used_at=None, expires_at__gt=now).update(expires_at=now)
    keys = SignIn.objects.filter(account=account).values("session_key")
    Session.objects.filter(session_key__in=keys).delete()


def keep_session(request: HttpRequest, account: Account) -> None:
    """Lets the session that changed it stay signed in, under another key."""
    key = request.session.session_key
    update_session_auth_hash(request, account)
    SignIn.objects.filter(session_key=key).update(session_key=request.session.session_key)
