"""Tokens for programs: their secret is handed out once and kept only as a hash."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from django.utils import timezone
from pydantic import Field

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotFound, Sentence
from apps.mfis.core.roles import Action
from apps.users.access.models import ApiToken, Scope
from apps.users.access.secrets import hashed
from apps.users.accounts.models import Account


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was made. Its secret is not kept with the answer: who asks again with the same key gets None."""

    id: UUID
    name: str
    scopes: list[str] | None
    expires_at: datetime | None
    secret: Annotated[str | None, Field(exclude=True)] = field(default=None, repr=False)


@command(Action.MANAGE_OWN_ACCOUNT)
def create_token(
    *, actor: Actor, name: str, scopes: Sequence[str] | None = None, days: int | None = 365, idempotency_key: str = ""
) -> NewToken:
    """A token for a program that acts for its maker in this schema. The secret is returned only now.

    Raises:
        NotAllowed: the actor has no account here. InvalidInput: an empty or unknown scope.
    """
    wanted = None if scopes is None else [scope for scope in Scope.values if scope in set(scopes)]
    if wanted is not None and (not wanted or set(scopes or ()) - set(wanted)):
        raise InvalidInput(
            Sentence(f"Choose at least one of: {', '.join(Scope.values)}.", "not_a_choice"), field="scopes"
        )
    secret = f"lts_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        account=Account.objects.own(actor),
        name=name,
        scopes=wanted,
        token_hash=hashed(secret),
        expires_at=timezone.now() + timedelta(days=days) if days else None,
    )
    return NewToken(token.pk, token.name, token.scopes, token.expires_at, secret)


@command(Action.MANAGE_OWN_ACCOUNT)
def revoke_token(*, token_id: UUID, actor: Actor) -> ApiToken:
    """Ends a token at once: one's own, or by whoever manages people anybody's.

    Raises:
        NotFound: no such token, or somebody else's.
    """
    token = ApiToken.objects.select_for_update().filter(pk=token_id).first()
    if token is None or (token.account_id != actor.id and not actor.may(Action.MANAGE_PEOPLE)):
        raise NotFound("There is no such token.")
    token.revoked_at = token.revoked_at or timezone.now()
    token.save(update_fields=["revoked_at"])
    return token
