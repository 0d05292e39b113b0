"""Mail to people. Sent after the transaction; a mail server that is down stops nothing."""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string

from apps.mfis.core.texts import visible
from apps.users.accounts.models import Account

log = logging.getLogger("letsema.mail")


def send_invitation(*, account: Account, brand: str, url: str) -> None:
    """Sends the link by which `account` sets its first password; who made it also sees it, to hand over."""
    context = {"account": account, "brand": brand, "url": url, "days": settings.INVITATION_DAYS}
    _send_after_commit(account, f"Your account at {brand}", "messages/invitation.txt", context)


def send_password_reset(*, account: Account, brand: str, url: str) -> None:
    """Sends the link by which `account` sets a new password."""
    context = {"account": account, "brand": brand, "url": url}
    _send_after_commit(account, f"A new password for {brand}", "messages/password_reset.txt", context)


def _send_after_commit(account: Account, subject: str, template: str, context: dict[str, object]) -> None:
    if not account.email:
        return
    body = render_to_string(template, context)
    address = account.email

    def send() -> None:
        try:
            send_mail(" ".join(visible(subject).split()), body, None, [address])
        except OSError as error:  # the server is away: the link can be handed over, and made again
            log.warning("mail not sent: %s", type(error).__name__)

    transaction.on_commit(send)
