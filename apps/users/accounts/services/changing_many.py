"""Changing many borrowers by one command: an import that brings what is known of people up to date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import AlreadyExists, InvalidInput, NotFound
from apps.mfis.core.roles import Action
from apps.users.accounts.models import Account, BorrowerProfile
from apps.users.accounts.queries import change_people, lock_natural_keys, taken_keys
from apps.users.accounts.services.people import FIRST_FIELDS, TAKEN, Person

CHANGED = ("full_name", *FIRST_FIELDS)


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be kept of a borrower from now on: every value but phone and e-mail, as `clean_person` has them."""

    account_id: UUID
    person: Person


@command(Action.REGISTER_BORROWER, Action.MANAGE_PEOPLE, by_row="changes")
def change_borrowers(*, changes: Sequence[Change], actor: Actor) -> list[dict[str, Any] | InvalidInput]:
    """Changes what is known of borrowers, but not how they are reached: that takes two people, or their own code.
    Returns of each what stood before, by field, or why it was refused; who is refused stops no other.

    Raises:
        NotAllowed: the duty is missing.
    """
    keys = [change.account_id for change in changes]
    accounts = Account.objects.select_for_update().filter(pk__in=keys).order_by("pk").in_bulk()
    profiles = BorrowerProfile.objects.select_for_update().filter(pk__in=keys).order_by("pk").in_bulk()
    news = [c.person for c in changes if c.account_id in profiles and _has_new_number(c, profiles[c.account_id])]
    lock_natural_keys(news)
    taken = taken_keys(news)["national_id"]
    outcome: list[dict[str, Any] | InvalidInput] = []
    good: list[Change] = []
    for change in changes:
        account, profile = accounts.get(change.account_id), profiles.get(change.account_id)
        if account is None or profile is None:
            outcome.append(InvalidInput(NotFound("There is no such borrower any more.").message))
        elif _has_new_number(change, profile) and change.person.national_id in taken:
            outcome.append(AlreadyExists(TAKEN["national_id"], field="national_id"))
        else:
            good.append(change)
            taken.add(change.person.national_id)
            outcome.append(_kept(account, profile))
    change_people([(c.account_id, *(getattr(c.person, name) for name in CHANGED)) for c in good])
    return outcome


def _has_new_number(change: Change, profile: BorrowerProfile) -> bool:
    return bool(change.person.national_id) and change.person.national_id != profile.national_id


def _kept(account: Account, profile: BorrowerProfile) -> dict[str, Any]:
    return {"full_name": account.full_name, **{name: getattr(profile, name) for name in FIRST_FIELDS}}
