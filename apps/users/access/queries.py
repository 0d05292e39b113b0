"""SQL of this room: who holds a token, which every call with one asks, and how many calls were made."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.db.models import CharField

from apps.mfis.core.database import connection, execute, fetch_one
from apps.mfis.core.prepared import Query
from apps.users.access.models import ApiToken
from apps.users.access.secrets import hashed
from apps.users.accounts.models import Account

FIELDS = Account._meta.concrete_fields  # their columns are called as their attributes

COLUMNS = [field.attname for field in FIELDS]

DUTIES = COLUMNS.index("duties")

TEXTS = {field.attname for field in FIELDS if isinstance(field, CharField)}

SELECTED = ", ".join(f"account.{name}{'::text' if name in TEXTS else ''}" for name in COLUMNS)

# Every call with a token begins here. It takes 0.4 ms of a worker's CPU and 2.9 ms by the ORM (`bearer_by_orm`), which
# writes the same SQL anew each time: medians of 15 rounds of 100. bench/api.py loads whole calls.
BEARER = Query(
    "bearer",
    "text",
    f"""
    SELECT {SELECTED}, token.scopes::text
      FROM users_apitoken token JOIN users_account account ON account.id = token.account_id
     WHERE token.token_hash = $1 AND token.revoked_at IS NULL AND account.is_active
       AND (token.expires_at IS NULL OR token.expires_at > now())
     LIMIT 1
    """,  # noqa: S608 - constants
)

# Commits without waiting for the disk: a counter that a power cut loses begins again.
COUNT_CALLS = """
    INSERT INTO users_callcount (key, "window", calls)
    SELECT %s, %s, %s FROM (SELECT set_config('synchronous_commit', 'off', true)) unhurried
    ON CONFLICT (key) DO UPDATE SET
        calls = CASE WHEN users_callcount."window" = EXCLUDED."window" THEN users_callcount.calls ELSE 0 END
                + EXCLUDED.calls,
        "window" = EXCLUDED."window"
    RETURNING calls
"""

FORGET_CALLS = 'DELETE FROM users_callcount WHERE "window" < %s'


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who holds a good token, and what it may do; `scopes` is None where it may do whatever its account may."""

    account: Account
    scopes: list[str] | None


def bearer_of(secret: str) -> Bearer | None:
    """Who `secret` stands for in this schema; None where it is no token, or one that ended, or of a closed account."""
    for *values, scopes in BEARER.rows(hashed(secret)):
        values[DUTIES] = json.loads(values[DUTIES])  # Django leaves JSON to its fields
        account = Account.from_db(connection.alias, COLUMNS, values)
        return Bearer(account, None if scopes is None else json.loads(scopes))
    return None


def bearer_by_orm(secret: str) -> Bearer | None:
    """The same by the ORM: what `bearer_of` must give, and a test holds it to."""
    token = ApiToken.objects.good().filter(token_hash=hashed(secret)).select_related("account").first()
    return Bearer(token.account, token.scopes) if token else None


def add_calls(key: str, window: int, calls: int) -> int:
    """Adds to a counter of the current schema. Returns how many calls it has in this minute, those of others too."""
    row = fetch_one(COUNT_CALLS, [key, window, calls])
    return int(row[0]) if row else calls


def forget_calls(before: int) -> int:
    """Removes the counters of the current schema whose minute lies before. Returns how many there were."""
    return execute(FORGET_CALLS, [before])
