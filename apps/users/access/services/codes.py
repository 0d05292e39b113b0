"""One-time codes: asked for, sent, used once. What a code allows is decided by who asks for it to be used.

Nobody need be signed in for these; `actor` is whose code it is, and what it opens checks the duty.
"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.crypto import constant_time_compare

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.database import lock
from apps.mfis.core.errors import InvalidInput, Sentence, ServiceError
from apps.mfis.core.roles import Action
from apps.users.accounts.identity import format_phone
from apps.users.accounts.models import Account, OneTimeCode
from apps.users.messaging.models import Message
from apps.users.messaging.services import queue_message, queue_to_address

Purpose = OneTimeCode.Purpose

Channel = Message.Channel

GOOD_FOR = timedelta(minutes=10)

NOT_AGAIN_WITHIN = timedelta(seconds=60)  # who asks twice at once gets one message
AGAIN_IN = int(NOT_AGAIN_WITHIN.total_seconds())  # as programs are told

MAXIMUM_AN_HOUR = 5

MAXIMUM_ATTEMPTS = 5

WRONG = Sentence(
    "This code is not right, or is too old. Look at the last message, or ask for a new code.", "code_wrong"
)


class TooManyCodes(ServiceError):
    """An account has had as many codes as it may have in an hour."""

    status = 429
    code = "too_many_codes"


class CodeNeeded(ServiceError):
    """The password is right, and the account asks for a code as well; it is on its way."""

    status = 403
    code = "code_needed"


@command()
def send_code(*, actor: Actor, purpose: str, channel: str = "") -> str:
    """Sends a code and returns the way it goes, as far as one may tell: "+266 •••• 3456" or "m•••@example.org".

    Raises:
        InvalidInput: there is no such address. TooManyCodes: five within the hour.
    """
    account = Account.objects.select_for_update().own(actor)
    channel, address = way_of_code(account, purpose, channel)
    code = _new_code(account, purpose, address)
    if code:
        values = {"code_id": str(code.pk)}
        queue_message(account=account, about="code", key=f"code:{code.pk}", values=values, channel=channel)
    return hinted(address)


@command()
def send_address_code(*, actor: Actor, purpose: str, address: str, language: str) -> str:
    """Sends a code to an address that somebody says is theirs, before it is put into an account. Returns the way.

    Whoever has that address already is told of it instead. Neither the answer nor its work tells which it was.

    Raises:
        TooManyCodes: five within the hour, to that address or for that account.
    """
    account = Account.objects.filter(pk=actor.id).first() if actor.id else None
    code = _new_code(account, purpose, address)
    if code:
        about = "account_exists" if Account.objects.signing_in_by(address) else "address_code"
        values = {"code_id": str(code.pk)}
        queue_to_address(address=address, about=about, key=f"code:{code.pk}", values=values, language=language)
    return hinted(address)


@command(Action.REGISTER_BORROWER)
def send_counter_code(*, actor: Actor, account: Account, purpose: str, about: str, values: dict[str, str]) -> str:
    """Sends the borrower at the counter a code, which they tell where they agree. Returns the way it goes.

    Raises:
        NotAllowed: the duty is missing. InvalidInput: there is no address.
        TooManyCodes: five within the hour.
    """
    channel, address = way_of_code(account, purpose, "")
    code = _new_code(account, purpose, address)
    if code:
        said = {**values, "staff": actor.name, "code_id": str(code.pk)}
        queue_message(account=account, about=about, key=f"code:{code.pk}", values=said, channel=channel)
    return hinted(address)


def _new_code(account: Account | None, purpose: str, address: str) -> OneTimeCode | None:
    """A code to send; None where the last one is so fresh that it is still on its way.

    Raises:
        TooManyCodes: five within the hour.
    """
    now = timezone.now()
    lock(f"code:{purpose}:{address}")
    recent = OneTimeCode.objects.filter(purpose=purpose, asked_at__gt=now - timedelta(hours=1))
    codes = recent.filter(account=account) if account else recent.filter(account=None, address=address)
    if codes.filter(address=address, used_at=None, asked_at__gt=now - NOT_AGAIN_WITHIN).exists():
        return None
    if codes.count() >= MAXIMUM_AN_HOUR:
        raise TooManyCodes("You have had five codes within the hour; wait before you ask for another.")
    return OneTimeCode.objects.create(account=account, purpose=purpose, address=address, expires_at=now + GOOD_FOR)


def use_code(
    *, actor: Actor, purpose: str, digits: str, address: str = "", owner: Account | None = None, keep: bool = False
) -> OneTimeCode:
    """Uses up the last code that was sent for `purpose` (to `address`, where one is named); with `keep` looks only.

    It is the actor's own, or `owner`'s, who told it at the counter.

    A wrong attempt is counted even though it is refused: so this is no command, and never called inside one, but
    refuses after the command that counted has ended. After five the code is of no use.

    Raises:
        InvalidInput: the code is wrong, used, or too old.
    """
    code = try_code(actor=actor, purpose=purpose, digits=digits, address=address, owner=owner, keep=keep)
    if code is None:
        raise InvalidInput(WRONG, field="code")
    return code


@command(name="use_code")
def try_code(
    *, actor: Actor, purpose: str, digits: str, address: str = "", owner: Account | None = None, keep: bool = False
) -> OneTimeCode | None:
    """Counts one attempt at the last code. Returns the code, used up, or None where it was not right or of use."""
    account_id = owner.pk if owner else actor.id
    codes = OneTimeCode.objects.filter(account=None if purpose == Purpose.REGISTER else account_id, purpose=purpose)
    code = (codes.filter(address=address) if address else codes).select_for_update().first()
    now = timezone.now()
    if code is None or code.used_at or code.expires_at <= now or code.attempts >= MAXIMUM_ATTEMPTS:
        return None
    is_right = constant_time_compare(code.digits, "".join(digits.split()))
    code.attempts += 1
    code.used_at = now if is_right and not keep else None
    code.save(update_fields=["attempts", "used_at"])
    return code if is_right else None


def check_used(code: OneTimeCode, actor: Actor, purpose: str) -> None:
    """What a command that a code opens asks first.

    Raises:
        InvalidInput: the code was not used, or is somebody else's, or for another purpose.
    """
    if code.used_at is None or code.account_id != actor.id or code.purpose != purpose:
        raise InvalidInput(WRONG, field="code")


def way_of_code(account: Account, purpose: str, channel: str) -> tuple[str, str]:
    """Where a code goes: where its owner asks; else to an address that is known to be theirs, by telephone first.

    A forgotten password is reset by an address that was shown to be its owner's; with a code at sign-in by e-mail
    only: a stolen telephone is not enough for both.

    Raises:
        InvalidInput: there is no such address.
    """
    ways = {Channel.SMS.value: account.phone, Channel.EMAIL.value: account.email}
    if purpose == Purpose.RESET and account.second_factor:
        channel = Channel.EMAIL.value
        ways[channel] = account.email if account.email_is_verified else None
    elif not channel:
        known = {Channel.SMS.value: account.phone_is_verified, Channel.EMAIL.value: account.email_is_verified}
        channel = next((c for c in ways if known[c]), next((c for c in ways if ways[c]), ""))
        if purpose == Purpose.RESET and channel == Channel.EMAIL and not known[channel]:
            channel = ""
    address = ways.get(channel)
    if not address:
        raise InvalidInput(
            Sentence("There is no such address on your account; add it first.", "address_unknown"), field="to"
        )
    return channel, address


def hinted(address: str) -> str:
    if "@" in address:
        name, _, host = address.partition("@")
        return f"{name[:1]}•••@{host}"
    country, _, rest = format_phone(address).partition(" ")
    return f"{country} •••• {rest[-4:]}"
