"""Invitations: to the owner's own address, before first use only. Nobody who invites ever sees the link.

Its secret follows from the invitation's key and the server's secret: what is kept is a hash, and the message that
carries it is made when it leaves.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotAllowed, WrongState
from apps.mfis.core.roles import Action, Role
from apps.mfis.tenancy.addresses import site_url
from apps.users.access.models import Invitation
from apps.users.access.secrets import hashed
from apps.users.access.services.codes import hinted
from apps.users.accounts.models import Account
from apps.users.accounts.services.passwords import set_password
from apps.users.messaging.models import Message
from apps.users.messaging.services import MADE_AT_SENDING, channel_of, queue_message
from apps.users.messaging.transports import NotSent

GONE = "This invitation is no longer good: it was used, withdrawn, or is too old. Ask for a new one."

SIGNED_UP = (
    "They have signed up already. A forgotten password is replaced under “Forgotten your password?”; who has lost "
    "their phone or mail is given a new address, which takes two people."
)


@command(Action.REGISTER_BORROWER, Action.MANAGE_PEOPLE)
def invite(*, account: Account, actor: Actor) -> str:
    """Sends a fresh invitation to the account's own address; earlier ones end. Returns the way, "m•••@example.org".

    Raises:
        NotAllowed: the duty is missing; colleagues are invited by who manages people.
        WrongState: the account is closed, or its owner has a password.
    """
    if account.role != Role.BORROWER and not actor.may(Action.MANAGE_PEOPLE):
        raise NotAllowed("Only a manager invites colleagues.")
    invited = Account.objects.select_for_update().get(pk=account.pk)
    if not invited.is_active:
        raise WrongState("This account is closed; open it before inviting the person.")
    if invited.has_usable_password():
        raise WrongState(SIGNED_UP)
    return send_invitation(invited)


def send_invitation(account: Account) -> str:
    """The invitation itself, inside its caller's command: by e-mail where there is one, else by SMS."""
    now = timezone.now()
    Invitation.objects.open().filter(account=account).update(withdrawn_at=now)
    invitation = Invitation(account=account, expires_at=now + timedelta(days=settings.INVITATION_DAYS))
    invitation.token_hash = hashed(invitation.secret)
    invitation.save()
    queue_message(account=account, **_told(invitation))
    return hinted(_address(account))


def invitation_message(invitation: Invitation) -> Message:
    """The message that carries an invitation, not queued."""
    return Message(account=invitation.account, send_after=timezone.now(), **_told(invitation))


def _told(invitation: Invitation) -> dict[str, Any]:
    address = _address(invitation.account)
    return {
        "about": "invitation",
        "key": f"invitation:{invitation.pk}",
        "values": {"invitation_id": str(invitation.pk), "days": str(settings.INVITATION_DAYS), "to": address},
        "channel": channel_of(address),
    }


def _address(account: Account) -> str:
    return account.email or account.phone or ""


def _link(message: Message) -> dict[str, str]:
    """The link of an invitation, for the message that carries it.

    Raises:
        NotSent: it is of no use any more, or was meant for another address.
    """
    invitation = Invitation.objects.good().filter(pk=message.values["invitation_id"]).select_related("account").first()
    if invitation is None or message.values["to"] not in (invitation.account.email, invitation.account.phone):
        raise NotSent("the invitation is of no use any more", final=True)
    return {"url": site_url(f"/invitation/{invitation.secret}/")}


MADE_AT_SENDING["invitation"] = _link


@command()
def accept_invitation(*, secret: str, password: str, actor: Actor) -> Account:
    """Sets the invited account's first password and uses the invitation up. `actor` is the one who is invited.

    The address that it was sent to is shown to be its owner's by that.

    Raises:
        InvalidInput: the invitation is not good any more, or the password too weak (it stays good then).
    """
    own = Invitation.objects.good().filter(token_hash=hashed(secret), account=actor.id)
    invitation = own.select_for_update(of=("self",)).select_related("account").first()
    if invitation is None:
        raise InvalidInput(GONE)
    account = invitation.account
    if account.email:
        account.verified_email = account.email
    else:
        account.verified_phone = account.phone
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    set_password(account=account, password=password, actor=actor)
    return account
