"""Registering many borrowers by one command: an import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from secrets import token_urlsafe
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.utils import timezone

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import AlreadyExists, InvalidInput
from apps.mfis.core.roles import Action, Role
from apps.mfis.core.rows import copy_rows
from apps.mfis.core.tables import new_id
from apps.mfis.core.texts import clean_texts
from apps.users.accounts.languages import Language
from apps.users.accounts.models import Account, BorrowerProfile
from apps.users.accounts.queries import NATURAL_KEYS, lock_natural_keys, taken_keys
from apps.users.accounts.services.people import PROFILE_FIELDS, TAKEN, Person, clean_person, profile_values

ACCOUNT = ("id", "full_name", "email", "phone", "role", "duties", "is_active", "language", "password", "created_at")


@dataclass(frozen=True, slots=True)
class PersonRow:
    """What became of one person of many: the account, or the sentences by field."""

    account_id: UUID | None = None
    refused: InvalidInput | None = None


@command(Action.MANAGE_PEOPLE, Action.REGISTER_BORROWER, new_business=True, by_row="people")
def register_borrowers(
    *, people: Sequence[Person], actor: Actor, language: str = "en", today: date, are_clean: bool = False
) -> list[PersonRow]:
    """Registers each person as `register_borrower` would without a password, one after the other: nobody of them gets a
    key that one before has. Returns what became of each, in their order; who is refused stops no other.

    `are_clean` says that they come from `clean_person`. Locks the keys of all of them until the transaction ends.

    Raises:
        NotAllowed: the duty is missing.
    """
    cleaned: Sequence[Person | InvalidInput] = people if are_clean else [_clean(person, today) for person in people]
    good = [person for person in cleaned if isinstance(person, Person)]
    lock_natural_keys(good)
    taken = taken_keys(good)
    results: list[PersonRow] = []
    kept: list[tuple[UUID, Person]] = []
    for person in cleaned:
        if isinstance(person, InvalidInput):
            results.append(PersonRow(refused=person))
        elif field := _take(person, taken):
            results.append(PersonRow(refused=AlreadyExists(TAKEN[field], field=field)))
        else:
            kept.append((new_id(), person))
            results.append(PersonRow(kept[-1][0]))
    _write(kept, Language.of(language))
    return results


def _clean(person: Person, today: date) -> Person | InvalidInput:
    try:
        return clean_person(clean_texts({"person": person})["person"], today=today)
    except InvalidInput as error:
        return error


def _take(person: Person, taken: dict[str, set[str]]) -> str:
    """Takes the person's keys, or says which of them somebody has."""
    keys = [(field, value) for field in NATURAL_KEYS if (value := getattr(person, field))]
    for field, value in keys:
        if value in taken[field]:
            return field
    for field, value in keys:
        taken[field].add(value)
    return ""


def _write(people: list[tuple[UUID, Person]], language: Language) -> None:
    """Accounts and profiles, as `register_borrower` writes them one by one; `test_many_borrowers` compares."""
    if not people:
        return
    now = timezone.now()
    same: tuple[Any, ...] = (Role.BORROWER.value, [], True, language.value)
    copy_rows(
        Account,
        ACCOUNT,
        ((key, p.full_name, p.email or None, p.phone or None, *same, _no_password(), now) for key, p in people),
    )
    told = [(key, profile_values(person)) for key, person in people]
    names = [name for name in PROFILE_FIELDS if any(name in values for _, values in told)]
    defaults = {field.attname: field.get_default() for field in BorrowerProfile._meta.concrete_fields}
    untold = {name: defaults[name] for name in names}
    copy_rows(BorrowerProfile, ("account_id", *names), ((key, *(untold | values).values()) for key, values in told))


def _no_password() -> str:
    """As `make_password(None)` makes it."""
    return UNUSABLE_PASSWORD_PREFIX + token_urlsafe(30)
