"""A new password by a link in a mail: to a verified e-mail only, a few an hour, made when the mail leaves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.utils import timezone

from apps.mfis.core.database import lock
from apps.mfis.core.tables import new_id
from apps.mfis.tenancy.addresses import site_url
from apps.users.access.services.codes import MAXIMUM_AN_HOUR
from apps.users.accounts.models import Account
from apps.users.messaging.models import Message
from apps.users.messaging.services import MADE_AT_SENDING, queue_message, queue_to_address
from apps.users.messaging.transports import NotSent

NOBODY = "nobody@letsema.invalid"


class LinkTokens(PasswordResetTokenGenerator):
    """As Django's own; a link also ends with the account's stamp, as when its address changes."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.security_stamp}"


tokens = LinkTokens()


def ask_for_link(name: str) -> None:
    """Queues a mail with a link to whoever signs in by `name`, where they have a verified e-mail.

    Whoever asks need not be signed in, so it is no command. Where there is nobody the same is written and undone, so
    that neither the answer nor its time tells.
    """
    account = Account.objects.signing_in_by(name)
    with transaction.atomic():
        lock(f"reset:{account.pk if account else name.strip().lower()}")
        sent = Message.objects.filter(
            account=account, about="reset_link", queued_at__gt=timezone.now() - timedelta(hours=1)
        )
        full = sent.count() >= MAXIMUM_AN_HOUR
        if account and account.is_active and account.email_is_verified and account.has_usable_password() and not full:
            key, values = f"reset:{new_id()}", {"to": account.email or ""}
            queue_message(account=account, about="reset_link", key=key, values=values, channel=Message.Channel.EMAIL)
        else:
            pretend_to_send()


def pretend_to_send() -> None:
    """Writes what a message to somebody would, and undoes it: the same work where there is nobody."""
    with transaction.atomic():
        queue_to_address(address=NOBODY, about="nothing", key=f"reset:{new_id()}", values={}, language="en")
        transaction.set_rollback(True)


def _link(message: Message) -> dict[str, str]:
    account = message.account
    if account is None or message.values["to"] != account.verified_email or not account.email_is_verified:
        raise NotSent("the address was changed meanwhile", final=True)
    path = f"/password-reset/{account.pk}/{tokens.make_token(account)}/"
    return {"url": site_url(path)}


MADE_AT_SENDING["reset_link"] = _link


def account_of_link(account_id: UUID | str, token: str) -> Account | None:
    """Whose password the link changes; None where it is of no use any more."""
    account = Account.objects.filter(pk=account_id, is_active=True).first()
    return account if account and tokens.check_token(account, token) else None
