"""Messages wait in the transaction that they tell of, and leave after it: never before, and never twice.

Nothing here is a command: `queue_message` is a part of the command that a message tells of, with its duty, actor and
transaction; `send_due` is the worker's own round, which decides nothing and writes what became of a message alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_tenants.utils import schema_context

from apps.mfis.core.database import connection
from apps.mfis.tenancy.models import MFI
from apps.mfis.work import health
from apps.mfis.work.queries import note_at
from apps.users.accounts.models import Account, OneTimeCode
from apps.users.messaging.models import SECRET, Message
from apps.users.messaging.texts import REMINDERS, text_of
from apps.users.messaging.transports import NotSent, is_near, transport

QUIET_FROM, QUIET_TO = time(20), time(7)  # reminders wait for the morning

WAITS = (1, 5, 30, 120, 720)  # minutes before each further attempt; then it is given up

BATCH = 100

CODES = ("code", "address_code", "counter_code", "consent_code")

# What stands in a message but is kept nowhere, by what it is about: made when it leaves. The rooms above add theirs.
MADE_AT_SENDING: dict[str, Callable[[Message], dict[str, str]]] = {}


def queue_message(*, account: Account, about: str, key: str, values: dict[str, str], channel: str = "") -> bool:
    """Queues a message about `key`, inside the command that it tells of: with that undone, it is never sent.

    Returns False where it was queued before, is not wanted, or has nowhere to go.
    """
    message = message_for(account=account, about=about, key=key, values=values, channel=channel)
    return _queue(message) if message else False


def message_for(*, account: Account, about: str, key: str, values: dict[str, str], channel: str = "") -> Message | None:
    """The message to an account by its usual way, not queued; None where it is not wanted, or has nowhere to go."""
    usual, address = way_to(account)
    if not address or (about in REMINDERS and not account.wants_reminders):
        return None
    return _message(key=key, account=account, channel=channel or usual, about=about, values=values)


def queue_to_address(
    *, address: str, about: str, key: str, values: dict[str, str], language: str, account: Account | None = None
) -> bool:
    """Queues a message to an address that need be no account's, or no longer is. Otherwise as `queue_message`."""
    to = {"account": account, "address": address, "channel": channel_of(address)}
    return _queue(_message(key=key, **to, about=about, values={**values, "language": language}))


def _message(**values: Any) -> Message:
    now = timezone.now()
    return Message(**values, send_after=awake(now) if values["about"] in REMINDERS else now)


def _queue(message: Message) -> bool:
    names = ("account", "address", "channel", "about", "values", "send_after")
    queued, is_new = Message.objects.get_or_create(
        key=message.key, defaults={name: getattr(message, name) for name in names}
    )
    if is_new and message.about in SECRET and is_near(queued.channel):
        schema = connection.schema_name
        transaction.on_commit(lambda: _send_now(schema, queued.pk))
    return is_new


def queue_messages(messages: Collection[Message]) -> None:
    """Queues messages that are new, many at once, inside the command that they tell of; the worker sends them."""
    Message.objects.bulk_create(messages, batch_size=1000)


def _send_now(schema: str, message_id: UUID) -> None:
    """Sends one message at once, in the schema that it was queued in."""
    with schema_context(schema):
        message = _claim(Message.objects.due().filter(pk=message_id))
        if message:
            _hand_over(message, sender())


def sender() -> str:
    """Who writes: the MFI of the current schema, or Letsema."""
    mfi = MFI.objects.filter(schema_name=connection.schema_name).first()
    return mfi.name if mfi else "Letsema"


def channel_of(address: str) -> str:
    """By which channel an address is reached."""
    return Message.Channel.EMAIL if "@" in address else Message.Channel.SMS


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


def send_due(*, maximum: int = BATCH, without: Collection[str] = ()) -> tuple[int, int]:
    """Sends at most `maximum` of what is due in the current schema. Returns how many left, and how many did not.

    A message is marked before it is handed over and after: should this process end between the two, nobody can know
    whether it left, so it stays marked for people to see and is not sent again. Channels that are away, those of
    `without` and any that fails here, are left out: each further message would only wait for the same time-out.
    """
    handed, failed, sent, away = 0, 0, set[str](), set(without)
    lender = sender()
    for _ in range(maximum):
        message = _claim(Message.objects.due().exclude(channel__in=away))
        if message is None:
            break
        failure = _hand_over(message, lender)
        if failure is None:
            sent.add(message.channel)
            handed += 1
            continue
        failed += 1
        if failure.away:
            away.add(message.channel)
    for channel in sent - away:
        health.seen_well(channel)
    return handed, failed


def _claim(due: QuerySet[Message]) -> Message | None:
    with transaction.atomic():
        message = due.select_related("account").select_for_update(skip_locked=True, of=("self",)).first()
        if message:
            message.status = Message.Status.SENDING
            message.attempts += 1
            message.save(update_fields=["status", "attempts"])
        return message


def _values_of(message: Message, address: str) -> dict[str, str]:
    """What stands in the places of a message.

    The digits of a code are kept nowhere: they are made here, and only while the code is of use.
    """
    if message.about in MADE_AT_SENDING:
        return {**message.values, **MADE_AT_SENDING[message.about](message)}
    if message.about not in CODES:
        return dict(message.values)
    code = OneTimeCode.objects.get(pk=message.values["code_id"])
    if code.used_at or code.expires_at <= timezone.now() or code.address != address:
        raise NotSent("the code is of no use any more", final=True)
    return {**message.values, "code": code.digits}


def _hand_over(message: Message, lender: str) -> NotSent | None:
    """Lets a message leave. Returns why it did not."""
    failure = None
    try:
        address, language = _where_to(message)
        text = text_of(message.about, language, {**_values_of(message, address), "lender": lender})
        transport(message.channel)(address, lender, text, str(message.pk))
    except NotSent as error:
        failure = error
        message.error = str(error)[:200]
        given_up = error.final or message.attempts > len(WAITS)
        message.status = Message.Status.FAILED if given_up else Message.Status.WAITING
        if not given_up:
            message.send_after = timezone.now() + timedelta(minutes=WAITS[message.attempts - 1])
        if error.away:
            health.met_failure(message.channel, str(error))
    else:
        message.status, message.sent_at, message.error = Message.Status.SENT, timezone.now(), ""
    message.save(update_fields=["status", "sent_at", "error", "send_after"])
    if message.status == Message.Status.WAITING:
        note_at(connection.schema_name, message.send_after)
    return failure


def _where_to(message: Message) -> tuple[str, str]:
    """Address and language.

    Raises:
        NotSent: there is no address, or the account is closed.
    """
    account, address = message.account, message.address
    if account and not address:
        address = (account.phone if message.channel == Message.Channel.SMS else account.email) or ""
    if not address or (account and not account.is_active):
        raise NotSent("nowhere to go", final=True)
    return address, str(message.values.get("language") or (account.language if account else "en"))
