"""Secrets that are handed out once and kept only as a hash."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.db.models import CharField
from django.utils import timezone

from apps.mfis.acting import Actor, acting
from apps.mfis.database import connection
from apps.mfis.errors import InvalidInput, WrongState
from apps.mfis.prepared import Query
from apps.users.models import Account, ApiToken, Invitation, Scope
from apps.users.services.accounts import actor_of, set_password

# Every call with a token begins here. The ORM took ten times as long to write this as PostgreSQL to run it.
FIELDS = Account._meta.concrete_fields  # their columns are called as their attributes
COLUMNS = [field.attname for field in FIELDS]
DUTIES = COLUMNS.index("duties")
TEXTS = {field.attname for field in FIELDS if isinstance(field, CharField)}
BEARER = Query("bearer", "text", f"""
    SELECT {", ".join(f"account.{name}{'::text' if name in TEXTS else ''}" for name in COLUMNS)}, token.scopes::text
      FROM users_apitoken token JOIN users_account account ON account.id = token.account_id
     WHERE token.token_hash = $1 AND token.revoked_at IS NULL AND account.is_active
       AND (token.expires_at IS NULL OR token.expires_at > now())
     LIMIT 1
""")  # fmt: skip  # noqa: S608
GONE = "This invitation is no longer good: it was used, withdrawn, or is too old. Ask for a new one."


def _hash(secret: str) -> str:
    # The secret has 256 random bits: a fast hash is enough, and lets the row be found by it.
    return sha256(secret.encode()).hexdigest()


def invite(*, account: Account, actor: Actor) -> str:
    """A fresh invitation for `account`; earlier ones end. Returns its secret, which is shown only now.

    Raises:
        WrongState: the account is closed.
    """
    if not account.is_active:
        raise WrongState("This account is closed; open it before inviting the person.")
    secret = secrets.token_urlsafe(32)
    now = timezone.now()
    with acting(actor):
        Invitation.objects.filter(account=account, accepted_at=None, withdrawn_at=None).update(withdrawn_at=now)
        Invitation.objects.create(
            account=account, token_hash=_hash(secret), expires_at=now + timedelta(days=settings.INVITATION_DAYS)
        )
    return secret


def find_invitation(secret: str) -> Invitation | None:
    """The invitation that `secret` opens in this schema, if it is still good."""
    return (
        Invitation.objects.select_related("account")
        .filter(token_hash=_hash(secret), accepted_at=None, withdrawn_at=None, expires_at__gt=timezone.now())
        .filter(account__is_active=True)
        .first()
    )


def accept_invitation(*, secret: str, password: str) -> Account:
    """Sets the invited account's first password and uses the invitation up.

    Raises:
        InvalidInput: the invitation is not good any more, or the password too weak (it stays good then).
    """
    found = find_invitation(secret)
    if found is None:
        raise InvalidInput(GONE)
    actor = actor_of(found.account)
    with acting(actor):
        invitation = Invitation.objects.select_for_update(of=("self",)).select_related("account").get(pk=found.pk)
        if invitation.accepted_at:
            raise InvalidInput(GONE)
        set_password(account=invitation.account, password=password, actor=actor)
        invitation.accepted_at = timezone.now()
        invitation.save(update_fields=["accepted_at"])
    return invitation.account


def create_token(
    *, account: Account, name: str, scopes: Iterable[str] | None = None, days: int | None = 365, actor: Actor
) -> tuple[ApiToken, str]:
    """A token for a program that acts for `account` in this schema. The secret is returned only now.

    Raises:
        InvalidInput: an empty or unknown scope.
    """
    wanted = None if scopes is None else [scope for scope in Scope.values if scope in set(scopes)]
    if wanted is not None and (not wanted or set(scopes or ()) - set(wanted)):
        raise InvalidInput(f"Choose at least one of: {', '.join(Scope.values)}.", field="scopes")
    secret = f"lts_{secrets.token_urlsafe(32)}"
    expires = timezone.now() + timedelta(days=days) if days else None
    with acting(actor):
        token = ApiToken.objects.create(
            account=account, name=name, scopes=wanted, token_hash=_hash(secret), expires_at=expires
        )
    return token, secret


def revoke_token(*, token: ApiToken, actor: Actor) -> None:
    """Ends a token at once."""
    with acting(actor):
        token.revoked_at = token.revoked_at or timezone.now()
        token.save(update_fields=["revoked_at"])


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who holds a good token, and what it may do; `scopes` is None where it may do whatever its account may."""

    account: Account
    scopes: list[str] | None


def bearer_of(secret: str) -> Bearer | None:
    """Who `secret` stands for in this schema; None where it is no token, or one that ended, or of a closed account."""
    for *values, scopes in BEARER.rows(_hash(secret)):
        values[DUTIES] = json.loads(values[DUTIES])  # Django leaves JSON to its fields
        account = Account.from_db(connection.alias, COLUMNS, values)
        return Bearer(account, None if scopes is None else json.loads(scopes))
    return None
