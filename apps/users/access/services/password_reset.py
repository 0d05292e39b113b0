"""A new password by a one-time code, for borrowers; who works here gets a link by e-mail (views/password_reset.py)."""

from __future__ import annotations

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput
from apps.mfis.core.roles import Action
from apps.users.access.services.codes import WRONG, Purpose, check_used, use_code
from apps.users.access.services.second_factor import mark_verified
from apps.users.accounts.models import Account, OneTimeCode
from apps.users.accounts.services.passwords import check_strength, set_password


def reset_password(*, account: Account | None, digits: str, password: str) -> Account:
    """A new password for who holds the code that was sent. Every session of the account ends.

    Two steps, one after the other, as a wrong code is counted though the whole is refused (see `use_code`).

    Raises:
        InvalidInput: the code is wrong (also where there is no such account), or the password too weak.
    """
    check_strength(password, None)  # first, as a password that is refused must leave the code good
    if account is None or not account.is_active:
        raise InvalidInput(WRONG, field="code")
    use_code(actor=account.actor, purpose=Purpose.RESET, digits=digits, keep=True)
    check_strength(password, account)  # it must not be like the name: said only to who holds the code
    code = use_code(actor=account.actor, purpose=Purpose.RESET, digits=digits)
    return reset_by_code(actor=account.actor, code=code, password=password)


@command(Action.MANAGE_OWN_ACCOUNT, name="reset_password")
def reset_by_code(*, actor: Actor, code: OneTimeCode, password: str) -> Account:
    """The same, by the code that was used for it. Its address is shown to be its owner's by that."""
    check_used(code, actor, Purpose.RESET)
    account = mark_verified(actor, code)
    set_password(account=account, password=password, actor=actor)
    return account
