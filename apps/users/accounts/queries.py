"""The SQL of what tells one person from another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from apps.mfis.core.database import execute, fetch_all
from apps.mfis.core.rows import as_array, as_arrays
from apps.users.accounts.models import BorrowerProfile
from apps.users.accounts.services.people import PROFILE_FIELDS, Person, profile_values

# In the order in which one registration asks for them, and the table in which each stands.
TABLES = {
    "email": "users_account",
    "phone": "users_account",
    "national_id": "users_borrowerprofile",
    "client_number": "users_borrowerprofile",
}
NATURAL_KEYS = tuple(TABLES)


def _of_each(part: str) -> str:
    """One part of a query for each natural key, in their order."""
    return " UNION ALL ".join(part.format(key=key, table=table) for key, table in TABLES.items())


# The locks of the trigger `letsema_natural_key`, all in one order.
LOCK = f"""
    SELECT pg_advisory_xact_lock(w.lock)
      FROM (SELECT DISTINCT hashtextextended(current_schema() || k.prefix || k.value, 0) AS lock
              FROM ({_of_each("SELECT '.{table}.{key}=' AS prefix, unnest(%s::text[]) AS value")}) k
             ORDER BY 1) w
"""  # noqa: S608 - constants

TAKEN = _of_each("SELECT '{key}', {key} FROM {table} WHERE {key} = ANY (%s::text[])")

OWNER = {"users_account": "id", "users_borrowerprofile": "account_id"}
HOLDERS = " UNION ALL ".join(
    f"SELECT {OWNER[table]} FROM {table} WHERE {key} = ANY (%s::text[])"  # noqa: S608 - constants
    for key, table in TABLES.items()
)
KNOWN = f"""
    SELECT a.id, a.full_name, a.phone, a.email, a.role, {", ".join(f"p.{name}" for name in PROFILE_FIELDS)}
      FROM users_account a LEFT JOIN users_borrowerprofile p ON p.account_id = a.id
     WHERE a.id IN ({HOLDERS})
"""  # noqa: S608 - constants

KINDS = {"DateField": "date", "DecimalField": "numeric", "PositiveSmallIntegerField": "int", "ForeignKey": "uuid"}
COLUMNS = {field.attname: field for field in BorrowerProfile._meta.concrete_fields}


def _array(name: str) -> str:
    return f"%s::{KINDS.get(COLUMNS[name].get_internal_type(), 'text')}[]"


CHANGE = f"""
    WITH wanted AS (
        SELECT * FROM unnest(%s::uuid[], %s::text[], {", ".join(map(_array, PROFILE_FIELDS))})
            AS w (id, full_name, {", ".join(PROFILE_FIELDS)})),
      named AS (UPDATE users_account a SET full_name = w.full_name
                  FROM wanted w WHERE a.id = w.id AND a.full_name <> w.full_name)
    UPDATE users_borrowerprofile p SET {", ".join(f"{name} = w.{name}" for name in PROFILE_FIELDS)}
      FROM wanted w
     WHERE p.account_id = w.id
"""  # noqa: S608 - constants


class KnownRow(NamedTuple):
    """Somebody who has one of the keys that were asked for; `profile` in the order of `PROFILE_FIELDS`."""

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
    @property
    def client_number(self) -> str | None: ...


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


def change_people(rows: Collection[tuple[UUID, Person]]) -> None:
    """Writes of each borrower the name and all that is told of them; what is not told is to be empty."""
    if rows:
        wanted = [(key, person.full_name, *whole_profile(person)) for key, person in rows]
        execute(CHANGE, as_arrays(wanted, 2 + len(PROFILE_FIELDS)))


def whole_profile(person: Person) -> list[Any]:
    """What of a clean person stands in the profile, in the order of `PROFILE_FIELDS`; what is not told is empty."""
    told = profile_values(person)
    return [told[name] if name in told else COLUMNS[name].get_default() for name in PROFILE_FIELDS]
