"""What somebody opens with a code while signed in: a verified address, and the code at sign-in.

Each is two steps, one after the other, as a wrong code is counted though the whole is refused (see `use_code`).
"""

from __future__ import annotations

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.roles import Action
from apps.users.access.services.codes import Purpose, check_used, use_code, way_of_code
from apps.users.accounts.models import Account, OneTimeCode
from apps.users.accounts.services.passwords import end_access


def verify_address(*, actor: Actor, channel: str, digits: str) -> Account:
    """Marks one's own phone or e-mail as shown to be one's own.

    Raises:
        InvalidInput: as for `use_code`, or there is no such address.
    """
    _, address = way_of_code(Account.objects.own(actor), Purpose.VERIFY, channel)
    code = use_code(actor=actor, purpose=Purpose.VERIFY, digits=digits, address=address)
    return verify_by_code(actor=actor, code=code)


@command(Action.BORROW, name="verify_address")
def verify_by_code(*, actor: Actor, code: OneTimeCode) -> Account:
    """The same, by the code that was used for it."""
    check_used(code, actor, Purpose.VERIFY)
    return mark_verified(actor, code)


def change_second_factor(*, actor: Actor, wanted: bool, digits: str) -> Account:
    """Turns the code at sign-in on or off. Both need a code, so that a borrowed session can do neither.

    Raises:
        InvalidInput: the code is wrong.
    """
    code = use_code(actor=actor, purpose=Purpose.VERIFY, digits=digits)
    return change_second_factor_by_code(actor=actor, wanted=wanted, code=code)


@command(Action.BORROW, name="change_second_factor")
def change_second_factor_by_code(*, actor: Actor, wanted: bool, code: OneTimeCode) -> Account:
    """The same, by the code that was used for it."""
    check_used(code, actor, Purpose.VERIFY)
    account = mark_verified(actor, code)
    if account.second_factor != wanted:
        account.second_factor = wanted
        end_access(account)
        account.save(update_fields=["second_factor", "security_stamp"])
    return account


def mark_verified(actor: Actor, code: OneTimeCode) -> Account:
    """Notes, inside its caller's command, that the address a code was sent to is its owner's. Returns the account."""
    account = Account.objects.select_for_update().own(actor)
    if code.address == account.phone and account.verified_phone != code.address:
        account.verified_phone = code.address
        account.save(update_fields=["verified_phone"])
    elif code.address == account.email and account.verified_email != code.address:
        account.verified_email = code.address
        account.save(update_fields=["verified_email"])
    return account
