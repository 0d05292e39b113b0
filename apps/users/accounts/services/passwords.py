"""Passwords: their strength, and setting them."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.dispatch import Signal

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotAllowed, Sentence, sentences_of
from apps.mfis.core.roles import Action
from apps.mfis.core.tables import new_id
from apps.users.accounts.models import Account

# Sent inside the transaction when what an account signs in by has changed; whoever keeps ways in ends them there.
credentials_changed = Signal()


def end_access(account: Account) -> None:
    """Ends the account's sessions, links, codes and tokens from before; its caller saves `security_stamp`."""
    account.security_stamp = new_id()
    credentials_changed.send(Account, account=account)


@command(Action.MANAGE_OWN_ACCOUNT)
def set_password(*, account: Account, password: str, actor: Actor) -> None:
    """A new password for one's own account, checked for strength. Other sessions and the tokens of the account end.

    The system alone sets it for others: for tests and for the demonstration.

    Raises:
        NotAllowed: it is somebody else's account. InvalidInput: the password is too weak, with the reasons.
    """
    if actor.role is not None and actor.id != account.pk:
        raise NotAllowed("Everybody chooses their own password; send them an invitation.")
    write_password(account, password)
    end_access(account)
    if actor.role is None:  # whoever runs the machine answers for the addresses too
        account.verified_email, account.verified_phone = account.email, account.phone
    account.save(update_fields=["password", "security_stamp", "verified_email", "verified_phone"])


@command(Action.MANAGE_OWN_ACCOUNT)
def change_password(*, actor: Actor, current: str, password: str) -> None:
    """Another password for one's own account, for whoever knows the present one. Other sessions of it end.

    Raises:
        NotAllowed: the actor has no account here. InvalidInput: `current` is wrong, or the new one too weak.
    """
    account = Account.objects.select_for_update().own(actor)
    if not account.check_password(current):
        raise InvalidInput(Sentence("This is not your present password.", "password_wrong"), field="current")
    set_password(account=account, password=password, actor=actor)


def write_password(account: Account, password: str) -> None:
    """Puts a password into an account that its caller saves; without one nobody can sign in to it.

    Raises:
        InvalidInput: it is too weak, with the reasons.
    """
    if not password:
        account.password = make_password(None)
        return
    check_strength(password, account)
    account.set_password(password)


def check_strength(password: str, account: Account | None) -> None:
    """Whether a password may be taken.

    Raises:
        InvalidInput: it is too weak, with the reasons.
    """
    try:
        validate_password(password, account)
    except ValidationError as error:
        faults = sentences_of(error)
        raise InvalidInput(faults[0], field="password", errors={"password": faults}) from None
