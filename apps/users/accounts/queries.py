"""The SQL of what tells one person from another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from apps.mfis.core.database import execute, fetch_all
from apps.mfis.core.rows import as_array, as_arrays

NATURAL_KEYS = ("email", "phone", "national_id")  # in the order in which one registration asks for them

# The locks of the trigger `letsema_natural_key`, all in one order.
LOCK = """
    SELECT pg_advisory_xact_lock(w.lock)
      FROM (SELECT DISTINCT hashtextextended(current_schema() || k.prefix || k.value, 0) AS lock
              FROM (SELECT '.users_account.email=' AS prefix, unnest(%s::text[]) AS value UNION ALL
                    SELECT '.users_account.phone=', unnest(%s::text[]) UNION ALL
                    SELECT '.users_borrowerprofile.national_id=', unnest(%s::text[])) k
             ORDER BY 1) w
"""

TAKEN = """
    SELECT 'email', email FROM users_account WHERE email = ANY (%s::text[]) UNION ALL
    SELECT 'phone', phone FROM users_account WHERE phone = ANY (%s::text[]) UNION ALL
    SELECT 'national_id', national_id FROM users_borrowerprofile WHERE national_id = ANY (%s::text[])
"""

KNOWN = """
    SELECT a.id, a.full_name, a.phone, a.email, a.role, p.national_id, p.date_of_birth, p.district, p.village,
           p.employer, p.net_monthly_income
      FROM users_account a LEFT JOIN users_borrowerprofile p ON p.account_id = a.id
     WHERE a.id IN (SELECT id FROM users_account WHERE email = ANY (%s::text[]) UNION ALL
                    SELECT id FROM users_account WHERE phone = ANY (%s::text[]) UNION ALL
                    SELECT account_id FROM users_borrowerprofile WHERE national_id = ANY (%s::text[]))
"""

CHANGE = """
    WITH wanted AS (
        SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::date[], %s::text[], %s::text[], %s::text[],
                             %s::numeric[])
            AS w (id, full_name, national_id, date_of_birth, district, village, employer, net_monthly_income)),
      named AS (UPDATE users_account a SET full_name = w.full_name
                  FROM wanted w WHERE a.id = w.id AND a.full_name <> w.full_name)
    UPDATE users_borrowerprofile p
       SET national_id = nullif(w.national_id, ''), date_of_birth = w.date_of_birth, district = w.district,
           village = w.village, employer = w.employer, net_monthly_income = w.net_monthly_income
      FROM wanted w
     WHERE p.account_id = w.id
"""


class KnownRow(NamedTuple):
    """Somebody who has one of the keys that were asked for; `profile` in the order of `FIRST_FIELDS`."""

    account_id: UUID
    full_name: str
    phone: str | None
    email: str | None
    role: str
    profile: tuple[Any, ...]


class HasKeys(Protocol):
    """A person by what tells them from others."""

    @property
    def email(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def national_id(self) -> str: ...


def _arrays(people: Iterable[HasKeys]) -> list[str]:
    everybody = list(people)
    return [as_array(value for p in everybody if (value := getattr(p, name))) for name in NATURAL_KEYS]


def lock_natural_keys(people: Iterable[HasKeys]) -> None:
    """Waits until nobody else takes any of these keys in the present schema, and lets nobody until the transaction
    ends."""
    execute(LOCK, _arrays(people))


def taken_keys(people: Iterable[HasKeys]) -> dict[str, set[str]]:
    """Of these people's keys those that somebody here has."""
    taken: dict[str, set[str]] = {name: set() for name in NATURAL_KEYS}
    for name, value in fetch_all(TAKEN, _arrays(people)):
        taken[name].add(value)
    return taken


def people_with_keys(people: Iterable[HasKeys]) -> Iterator[KnownRow]:
    """Everybody of the present schema who has a key of one of these people."""
    for account_id, name, phone, email, role, *profile in fetch_all(KNOWN, _arrays(people)):
        yield KnownRow(account_id, name, phone, email, role, tuple(profile))


def change_people(rows: Collection[Sequence[Any]]) -> None:
    """Writes of each borrower the key, the name and the profile, in the order of `FIRST_FIELDS`."""
    if rows:
        execute(CHANGE, as_arrays(rows, 8))
