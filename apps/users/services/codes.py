"""One-time codes: asked for, sent, used once. What a code allows is decided by who asks for it to be used."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from apps.mfis.acting import acting
from apps.mfis.errors import InvalidInput, ServiceError
from apps.users.identity import spoken_phone
from apps.users.messaging.queue import queue_message
from apps.users.models import Account, Message, OneTimeCode
from apps.users.services.accounts import actor_of, check_strength, set_password

Purpose = OneTimeCode.Purpose
Channel = Message.Channel
GOOD_FOR = timedelta(minutes=10)
NOT_AGAIN_WITHIN = timedelta(seconds=60)  # who asks twice at once gets one message
MOST_AN_HOUR = 5
MOST_ATTEMPTS = 5
WRONG = "This code is not right, or is too old. Look at the last message, or ask for a new code."


class TooManyCodes(ServiceError):
    """An account has had as many codes as it may have in an hour."""

    status = 429
    code = "too_many_codes"


class CodeNeeded(ServiceError):
    """The password is right, and the account asks for a code as well; it is on its way."""

    status = 403
    code = "code_needed"


def send_code(*, account: Account, purpose: str, channel: str = "") -> str:
    """Sends a code and returns the way it goes, as far as one may tell: "+266 •••• 3456" or "m•••@example.org".

    Raises:
        InvalidInput: there is no such address. TooManyCodes: five within the hour.
    """
    with transaction.atomic():
        account = Account.objects.select_for_update().get(pk=account.pk)
        channel, address = _way(account, purpose, channel)
        now = timezone.now()
        asked = OneTimeCode.objects.filter(account=account, purpose=purpose, asked_at__gt=now - timedelta(hours=1))
        last = asked.filter(address=address, used_at=None, asked_at__gt=now - NOT_AGAIN_WITHIN).first()
        if last is None:
            if asked.count() >= MOST_AN_HOUR:
                raise TooManyCodes("You have had five codes within the hour; wait before you ask for another.")
            code = OneTimeCode.objects.create(
                account=account, purpose=purpose, address=address, expires_at=now + GOOD_FOR
            )
            queue_message(
                account=account, about="code", key=f"code:{code.pk}", values={"code_id": str(code.pk)}, channel=channel
            )
    return _hinted(address)


def use_code(*, account: Account, purpose: str, digits: str, address: str = "") -> OneTimeCode:
    """Uses up the last code that was sent for `purpose` (to `address`, where one is named).

    A wrong attempt is counted even though it is refused; after five the code is of no use.

    Raises:
        InvalidInput: the code is wrong, used, or too old.
    """
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=account.pk)
        codes = OneTimeCode.objects.filter(account=account, purpose=purpose)
        code = (codes.filter(address=address) if address else codes).first()
        good = bool(code and not code.used_at and code.expires_at > timezone.now() and code.attempts < MOST_ATTEMPTS)
        if code and good:
            code.attempts += 1
            good = constant_time_compare(code.digits, "".join(digits.split()))
            code.used_at = timezone.now() if good else None
            code.save(update_fields=["attempts", "used_at"])
    if code is None or not good:
        raise InvalidInput(WRONG, field="code")
    return code


def verify_address(*, account: Account, channel: str, digits: str) -> Account:
    """Marks one's own phone or e-mail as shown to be one's own.

    Raises:
        InvalidInput: as for `use_code`, or there is no such address.
    """
    _, address = _way(account, Purpose.VERIFY, channel)
    use_code(account=account, purpose=Purpose.VERIFY, digits=digits, address=address)
    return _verified(account, address)


def change_second_factor(*, account: Account, wanted: bool, digits: str) -> Account:
    """Turns the code at sign-in on or off. Both need a code, so that a borrowed session can do neither.

    Raises:
        InvalidInput: the code is wrong.
    """
    code = use_code(account=account, purpose=Purpose.VERIFY, digits=digits)
    account = _verified(account, code.address)
    if account.second_factor != wanted:
        with acting(actor_of(account)):
            account.second_factor = wanted
            account.save(update_fields=["second_factor"])
    return account


def reset_password(*, account: Account | None, digits: str, password: str) -> Account:
    """A new password for who holds the code that was sent. Every session of the account ends.

    Raises:
        InvalidInput: the code is wrong (also where there is no such account), or the password too weak.
    """
    check_strength(password, account)  # first, as a password that is refused must leave the code good
    if account is None or not account.is_active:
        raise InvalidInput(WRONG, field="code")
    code = use_code(account=account, purpose=Purpose.RESET, digits=digits)
    set_password(account=account, password=password, actor=actor_of(account))
    return _verified(account, code.address)


def _verified(account: Account, address: str) -> Account:
    with acting(actor_of(account)):
        account = Account.objects.select_for_update().get(pk=account.pk)
        if address == account.phone and account.verified_phone != address:
            account.verified_phone = address
            account.save(update_fields=["verified_phone"])
        elif address == account.email and account.verified_email != address:
            account.verified_email = address
            account.save(update_fields=["verified_email"])
    return account


def _way(account: Account, purpose: str, channel: str) -> tuple[str, str]:
    """Where a code goes: where its owner asks; else to an address that is known to be theirs, by telephone first.

    With a code at sign-in a forgotten password is reset by e-mail only: a stolen telephone is not enough for both.
    """
    ways = {Channel.SMS.value: account.phone, Channel.EMAIL.value: account.email}
    if purpose == Purpose.RESET and account.second_factor:
        channel = Channel.EMAIL.value
        ways[channel] = account.email if account.email_is_verified else None
    elif not channel:
        known = {Channel.SMS.value: account.phone_is_verified, Channel.EMAIL.value: account.email_is_verified}
        channel = next((c for c in ways if known[c]), next((c for c in ways if ways[c]), ""))
    address = ways.get(channel)
    if not address:
        raise InvalidInput("There is no such address on your account; add it first.", field="to")
    return channel, address


def _hinted(address: str) -> str:
    if "@" in address:
        name, _, host = address.partition("@")
        return f"{name[:1]}•••@{host}"
    country, _, rest = spoken_phone(address).partition(" ")
    return f"{country} •••• {rest[-4:]}"
