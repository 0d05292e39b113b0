"""Messages wait in the transaction that they tell of, and leave after it: never before, and never twice.

Nothing here is a command: `queue_message` is a part of the command that a message tells of, with its duty, actor and
transaction; `send_due` is the worker's own round, which decides nothing and writes what became of a message alone.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.mfis.core.database import connection
from apps.mfis.tenancy.models import MFI
from apps.users.accounts.models import Account, OneTimeCode
from apps.users.messaging.models import Message
from apps.users.messaging.texts import REMINDERS, text_of
from apps.users.messaging.transports import NotSent, transport

QUIET_FROM, QUIET_TO = time(20), time(7)  # reminders wait for the morning

WAITS = (1, 5, 30, 120, 720)  # minutes before each further attempt; then it is given up

BATCH = 100


def queue_message(*, account: Account, about: str, key: str, values: dict[str, str], channel: str = "") -> bool:
    """Queues a message about `key`, inside the command that it tells of: with that undone, it is never sent.

    Returns False where it was queued before, is not wanted, or has nowhere to go.
    """
    usual, address = way_to(account)
    channel = channel or usual
    if not address or (about in REMINDERS and not account.wants_reminders):
        return False
    now = timezone.now()
    _, is_new = Message.objects.get_or_create(
        key=key,
        defaults={
            "account": account,
            "about": about,
            "channel": channel,
            "values": values,
            "send_after": awake(now) if about in REMINDERS else now,
        },
    )
    return is_new


def way_to(account: Account) -> tuple[str, str]:
    """Channel and address. By telephone where there is one: SMS reaches a phone without data."""
    if account.phone:
        return Message.Channel.SMS, account.phone
    return Message.Channel.EMAIL, account.email or ""


def awake(at: datetime) -> datetime:
    """`at`, or the next morning where people sleep then."""
    local = at.astimezone(ZoneInfo(settings.TIME_ZONE))
    if QUIET_TO <= local.time() < QUIET_FROM:
        return at
    morning = local + timedelta(days=1) if local.time() >= QUIET_FROM else local
    return datetime.combine(morning.date(), QUIET_TO, tzinfo=local.tzinfo)


def send_due(*, maximum: int = BATCH) -> tuple[int, int]:
    """Sends at most `maximum` of what is due in the current schema. Returns how many left, and how many did not.

    A message is marked before it is handed over and after: should this process end between the two, nobody can know
    whether it left, so it stays marked for people to see and is not sent again.
    """
    sent = failed = 0
    lender = MFI.objects.get(schema_name=connection.schema_name).name
    for _ in range(maximum):
        message = _claim()
        if message is None:
            break
        if _hand_over(message, lender):
            sent += 1
        else:
            failed += 1
    return sent, failed


def _claim() -> Message | None:
    with transaction.atomic():
        due = Message.objects.due().select_related("account")
        message = due.select_for_update(skip_locked=True, of=("self",)).first()
        if message:
            message.status = Message.Status.SENDING
            message.attempts += 1
            message.save(update_fields=["status", "attempts"])
        return message


def _values_of(message: Message, address: str) -> dict[str, str]:
    """What stands in the places of a message.

    The digits of a code are kept nowhere: they are made here, and only while the code is of use.
    """
    if message.about != "code":
        return dict(message.values)
    code = OneTimeCode.objects.get(pk=message.values["code_id"])
    if code.used_at or code.expires_at <= timezone.now() or code.address != address:
        raise NotSent("the code is of no use any more", final=True)
    return {"code": code.digits}


def _hand_over(message: Message, lender: str) -> bool:
    account = message.account
    address = account.phone if message.channel == Message.Channel.SMS else account.email
    try:
        if not address or not account.is_active:
            raise NotSent("nowhere to go", final=True)
        values = _values_of(message, address)
        text = text_of(message.about, account.language, {**values, "lender": lender})
        transport(message.channel)(address, lender, text, str(message.pk))
    except NotSent as error:
        message.error = str(error)[:200]
        given_up = error.final or message.attempts > len(WAITS)
        message.status = Message.Status.FAILED if given_up else Message.Status.WAITING
        if not given_up:
            message.send_after = timezone.now() + timedelta(minutes=WAITS[message.attempts - 1])
    else:
        message.status, message.sent_at, message.error = Message.Status.SENT, timezone.now(), ""
    message.save(update_fields=["status", "sent_at", "error", "send_after"])
    return message.status == Message.Status.SENT
