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
from apps.users.accounts.services.people import PROFILE_FIELDS, TAKEN, Person

CHANGED = ("full_name", *PROFILE_FIELDS)


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
    news = [c.person for c in changes if c.account_id in profiles and _new_numbers(c, profiles[c.account_id])]
    lock_natural_keys(news)
    taken = taken_keys(news)
    outcome: list[dict[str, Any] | InvalidInput] = []
    good: list[Change] = []
    for change in changes:
        account, profile = accounts.get(change.account_id), profiles.get(change.account_id)
        if account is None or profile is None:
            outcome.append(InvalidInput(NotFound("There is no such borrower any more.").message))
            continue
        new = _new_numbers(change, profile)
        if held := next((name for name, number in new.items() if number in taken[name]), ""):
            outcome.append(AlreadyExists(TAKEN[held], field=held))
            continue
        good.append(change)
        outcome.append(_kept(account, profile))
        for name, number in new.items():
            taken[name].add(number)
    change_people([(change.account_id, change.person) for change in good])
    return outcome


def _new_numbers(change: Change, profile: BorrowerProfile) -> dict[str, str]:
    """The numbers of the borrower's own that change."""
    said = {name: getattr(change.person, name) for name in ("national_id", "client_number")}
    return {name: number for name, number in said.items() if number and number != getattr(profile, name)}


def _kept(account: Account, profile: BorrowerProfile) -> dict[str, Any]:
    return {"full_name": account.full_name, **{name: getattr(profile, name) for name in PROFILE_FIELDS}}
