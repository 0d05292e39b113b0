"""How a message leaves: one function a way. Each returns when it is handed over, or raises `NotSent`."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Any

from django.conf import settings
from django.core.mail import send_mail

from apps.mfis.core.tables import new_id
from apps.mfis.core.texts import visible
from apps.users.messaging.private_files import private_folder, write_private

SECONDS = 10


class _NeverRedirect(urllib.request.HTTPRedirectHandler):
    """The token goes to the address of the settings and to no other that an answer names."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_open = urllib.request.build_opener(_NeverRedirect).open


class NotSent(Exception):
    """The way is closed for now; `final` where trying again cannot help.

    `away`: it is the way itself that is closed, to everybody, and not this message that is not taken.
    """

    def __init__(self, reason: str, *, final: bool = False, away: bool = False) -> None:
        super().__init__(reason)
        self.final, self.away = final, away


def send_email(address: str, lender: str, text: str, message_id: str) -> None:
    """By the mail server of the settings, with the lender as the subject."""
    try:
        send_mail(" ".join(visible(lender).split()), text, None, [address])
    except OSError as error:
        refused = isinstance(error, SMTPRecipientsRefused | SMTPDataError)
        raise NotSent(f"mail server: {type(error).__name__}", away=not refused) from error


def send_sms_by_gateway(number: str, lender: str, text: str, message_id: str) -> None:
    """POSTs JSON to LETSEMA_SMS_URL: `{"to", "from", "text", "id"}`, with `Authorization: Bearer LETSEMA_SMS_TOKEN`.

    `id` is the same however often a message is tried, for a gateway that drops what it has seen. 2xx: taken over.
    400, 404, 422: not a number it can reach. Everything else, a redirect too, is tried again and not followed.
    """
    body = json.dumps({"to": number, "from": settings.SMS_SENDER or lender[:11], "text": text, "id": message_id})
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {settings.SMS_TOKEN}"}
    request = urllib.request.Request(settings.SMS_URL, body.encode(), headers, method="POST")  # noqa: S310 - ours
    try:
        with _open(request, timeout=SECONDS):
            return
    except urllib.error.HTTPError as error:
        refused = error.code in (400, 404, 422)
        raise NotSent(f"gateway: {error.code}", final=refused, away=not refused) from error
    except OSError as error:
        raise NotSent(f"gateway: {type(error).__name__}", away=True) from error


def send_sms_to_folder(number: str, lender: str, text: str, message_id: str) -> None:
    """Without a gateway: a file under var/sms, as mails without a server; no log shows what it says."""
    try:
        write_private(private_folder("sms") / f"{new_id()}.txt", f"To: {number}\nFrom: {lender}\n\n{text}\n")
    except OSError as error:
        raise NotSent(f"var/sms: {type(error).__name__}", away=True) from error


def transport(channel: str) -> Callable[[str, str, str, str], None]:
    """What takes a message over, called with address, lender, text and the message's id."""
    if channel == "email":
        return send_email
    return send_sms_by_gateway if settings.SMS_URL else send_sms_to_folder


def is_near(channel: str) -> bool:
    """Whether a message leaves without a network: then it may leave within the request.

    Over a network it waits for the worker, so that no answer takes longer where there is somebody to write to.
    """
    if channel == "email":
        return settings.EMAIL_BACKEND != "django.core.mail.backends.smtp.EmailBackend"
    return not settings.SMS_URL
