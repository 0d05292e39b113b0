"""Who is signed in where, and what an invitation's secret opens."""

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.utils import timezone

from apps.users.access.models import ContactChange, Invitation, SignIn
from apps.users.access.secrets import hashed
from apps.users.accounts.models import Account

MAXIMUM_SESSIONS = 50


def open_sessions(account: Account) -> list[SignIn]:
    """Where the account is signed in now, newest first; at most 50."""
    running = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return list(SignIn.objects.filter(account=account, session_key__in=running)[:MAXIMUM_SESSIONS])


def find_invitation(secret: str) -> Invitation | None:
    """The invitation that `secret` opens in this schema, if it is still good."""
    return Invitation.objects.good().select_related("account").filter(token_hash=hashed(secret)).first()


def waiting_contact_changes() -> int:
    """How many changes of somebody's address wait for a second person."""
    return ContactChange.objects.waiting().count()
