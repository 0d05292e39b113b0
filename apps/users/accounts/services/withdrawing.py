"""Taking registrations back that were a mistake: of a file that was of somebody else, or read wrongly."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import ForeignObjectRel, Model
from django.utils import timezone

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.roles import Action, Role
from apps.users.accounts.models import Account, BorrowerProfile
from apps.users.accounts.services.people import GIVEN_BACK

# What every registration has, and what only says that somebody was to be reached.
OWN = frozenset({"BorrowerAssignment", "BorrowerProfile", "DuplicatePair", "Invitation", "Message", "OneTimeCode"})

NOT_HERE = "There is no such borrower any more."
SIGNED_UP = "They have signed up."


@command(Action.MANAGE_PEOPLE, Action.REGISTER_BORROWER)
def withdraw_borrowers(*, account_ids: Sequence[UUID], actor: Actor) -> dict[UUID, str]:
    """Closes accounts as if they had never been opened, and gives their phone, e-mail and national ID back. Returns by
    account why some of them stay: their owner has signed up, or something rests on them.

    Nothing is deleted: the rows stay, with their history, and stand in no list.

    Raises:
        NotAllowed: the duty is missing.
    """
    found = {a.pk: a for a in Account.objects.select_for_update().filter(pk__in=account_ids).order_by("pk")}
    stay = {key: NOT_HERE for key in account_ids if key not in found or found[key].withdrawn_at}
    for key, account in found.items():
        if account.role != Role.BORROWER or not account.password.startswith(UNUSABLE_PASSWORD_PREFIX):
            stay.setdefault(key, SIGNED_UP)
    gone = [key for key in found if key not in stay]
    for key, what in _resting_on(gone):
        stay.setdefault(key, f"There is a {what} of theirs.")
    _withdraw([key for key in gone if key not in stay])
    return stay


def _resting_on(account_ids: Collection[UUID]) -> Iterator[tuple[UUID, str]]:
    """Accounts to which a record of any app refers, and what such a record is called; one query a kind of record."""
    for model, name in _referring():
        keys = model._base_manager.filter(**{f"{name}__in": account_ids}).order_by().values_list(name, flat=True)
        for key in keys.distinct():
            yield key, str(model._meta.verbose_name)


@cache
def _referring() -> list[tuple[type[Model], str]]:
    """Each model and column that refers to an account, also those that an account cannot be asked for."""
    found = []
    for relation in Account._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel) and relation.related_model.__name__ not in OWN:
            found.append((relation.related_model, relation.field.attname))
    return found


def _withdraw(account_ids: Collection[UUID]) -> None:
    now = timezone.now()
    accounts = Account.objects.filter(pk__in=account_ids)
    accounts.update(is_active=False, email=None, phone=None, withdrawn_at=now)
    profiles = BorrowerProfile.objects.filter(pk__in=account_ids)
    profiles.update(**GIVEN_BACK)
