"""The sessions of an account: kept at sign-in, and ended."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import NotFound
from apps.mfis.core.roles import Action
from apps.mfis.core.texts import visible
from apps.users.access.models import SignIn
from apps.users.accounts.models import Account

# In this order: each of the later ones stands in the names that the earlier give themselves.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)

SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


@receiver(user_logged_in)
def keep_sign_in(sender: Any, request: HttpRequest, user: Any, **more: Any) -> None:
    """Notes the browser that has just signed in; its session has its final key by now."""
    session = request.session
    if isinstance(user, Account) and session.session_key:
        device = device_name(request.META.get("HTTP_USER_AGENT", ""))
        SignIn.objects.create(account=user, session_key=session.session_key, device=device)


def device_name(agent: str) -> str:
    """What people call the browser that names itself so: "Chrome, Android". An unknown one's own words, cut."""
    browser = next((name for sign, name in BROWSERS if sign in agent), "")
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    return ", ".join(part for part in (browser, system) if part) or visible(agent)[:60]


@command(Action.MANAGE_OWN_ACCOUNT)
def end_session(*, actor: Actor, sign_in_id: UUID) -> None:
    """Ends one of one's own sessions at once.

    Raises:
        NotFound: no such session, or somebody else's.
    """
    sign_in = SignIn.objects.filter(pk=sign_in_id, account=actor.id).first()
    if sign_in is None:
        raise NotFound("There is no such session.")
    Session.objects.filter(session_key=sign_in.session_key).delete()
    sign_in.delete()


def forget_ended() -> None:
    """Removes the notes of sessions of the current schema that are over: the worker's tidying, and no command."""
    SignIn.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
