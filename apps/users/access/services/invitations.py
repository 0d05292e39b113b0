"""Invitations: their secret is handed out once and kept only as a hash."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotAllowed, WrongState
from apps.mfis.core.roles import Action, Role
from apps.mfis.tenancy.addresses import mfi_url, public_url
from apps.mfis.tenancy.models import MFI
from apps.users.access.models import Invitation
from apps.users.access.secrets import hashed
from apps.users.accounts.models import Account
from apps.users.accounts.services.passwords import set_password
from apps.users.messaging.mail import send_invitation

GONE = "This invitation is no longer good: it was used, withdrawn, or is too old. Ask for a new one."


@command(Action.REGISTER_BORROWER, Action.MANAGE_PEOPLE)
def invite(*, account: Account, actor: Actor) -> str:
    """A fresh invitation for `account`; earlier ones end. Returns its secret, which is shown only now.

    Raises:
        NotAllowed: the duty is missing; colleagues are invited by who manages people.
        WrongState: the account is closed.
    """
    if account.role != Role.BORROWER and not actor.may(Action.MANAGE_PEOPLE):
        raise NotAllowed("Only a manager invites colleagues.")
    if not account.is_active:
        raise WrongState("This account is closed; open it before inviting the person.")
    secret, now = secrets.token_urlsafe(32), timezone.now()
    Invitation.objects.open().filter(account=account).update(withdrawn_at=now)
    Invitation.objects.create(
        account=account, token_hash=hashed(secret), expires_at=now + timedelta(days=settings.INVITATION_DAYS)
    )
    return secret


@command(Action.REGISTER_BORROWER, Action.MANAGE_PEOPLE)
def invite_again(*, account: Account, actor: Actor, mfi: MFI | None) -> str:
    """A fresh invitation link for an account of the present schema, also sent by e-mail where there is one.

    Raises:
        NotAllowed, WrongState: as for `invite`.
    """
    path = f"/invitation/{invite(account=account, actor=actor)}/"
    url = mfi_url(mfi, path) if mfi else public_url(path)
    send_invitation(account=account, brand=mfi.name if mfi else "Letsema", url=url)
    return url


@command()
def accept_invitation(*, secret: str, password: str, actor: Actor) -> Account:
    """Sets the invited account's first password and uses the invitation up. `actor` is the one who is invited.

    Raises:
        InvalidInput: the invitation is not good any more, or the password too weak (it stays good then).
    """
    own = Invitation.objects.good().filter(token_hash=hashed(secret), account=actor.id)
    invitation = own.select_for_update(of=("self",)).select_related("account").first()
    if invitation is None:
        raise InvalidInput(GONE)
    set_password(account=invitation.account, password=password, actor=actor)
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    return invitation.account
