"""Inviting many by one command: the people of an import."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.utils import timezone

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.roles import Action, Role
from apps.users.access.models import Invitation
from apps.users.access.secrets import hashed
from apps.users.access.services.invitations import invitation_message
from apps.users.accounts.models import Account
from apps.users.messaging.services import queue_messages


@command(Action.REGISTER_BORROWER, Action.MANAGE_PEOPLE)
def invite_many(*, account_ids: Sequence[UUID], actor: Actor) -> int:
    """Sends each borrower a fresh invitation as `invite` does, by e-mail where there is one, else by SMS; the worker
    lets them leave one after the other. Who has signed up, or is closed, gets none. Returns how many were invited.

    Raises:
        NotAllowed: the duty is missing.
    """
    borrowers = Account.objects.select_for_update().filter(
        pk__in=account_ids, role=Role.BORROWER, is_active=True, password__startswith=UNUSABLE_PASSWORD_PREFIX
    )
    accounts, now = list(borrowers.order_by("pk")), timezone.now()
    Invitation.objects.open().filter(account__in=accounts).update(withdrawn_at=now)
    expires_at = now + timedelta(days=settings.INVITATION_DAYS)
    invitations = [Invitation(account=account, expires_at=expires_at) for account in accounts]
    for invitation in invitations:
        invitation.token_hash = hashed(invitation.secret)
    Invitation.objects.bulk_create(invitations, batch_size=1000)
    queue_messages([invitation_message(invitation) for invitation in invitations])
    return len(invitations)
