"""One person registered twice: one account stands for both, and may be parted from the other again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field

from apps.mfis.core.actor import Actor, name_actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotFound, WrongState
from apps.mfis.core.roles import Action, Role
from apps.users.accounts.models import Account, BorrowerProfile
from apps.users.accounts.services.passwords import end_access
from apps.users.accounts.services.people import GIVEN_BACK, natural_keys

Held = dict[str, Any]  # what an account and its profile hold, as JSON, by the columns' names

# In whose hands somebody is changes by a hand-over alone.
BY_HAND_OVER = ("branch", "officer")
PARTICULARS: list[Field[Any, Any]] = [
    f for f in BorrowerProfile._meta.local_fields if not f.primary_key and f.name not in BY_HAND_OVER
]
# Besides the contacts, which are given back so that the account that stands may have them.
CLOSING: list[Field[Any, Any]] = [
    f for f in Account._meta.local_fields if f.name in ("email", "phone", "is_active", "merged_into")
]


@dataclass(frozen=True, slots=True)
class Joined:
    """Two accounts that were made one: what both held before and hold after, and whoever was merged into the second."""

    kept: Account
    before: dict[str, Any]
    after: dict[str, Any]


@command(Action.MANAGE_PEOPLE)
def merge_borrowers(*, kept_id: UUID, gone_id: UUID, actor: Actor, reason: str) -> Account:
    """Lets one account stand for both, as an operator decides of two that arrived from two nodes.

    Raises:
        NotAllowed: the duty is missing. InvalidInput: no reason. Others as `join_accounts`.
    """
    if not reason.strip():
        raise InvalidInput("Give a reason; it stays with the record.", field="reason")
    name_actor(actor.because(reason))  # no column holds the reason
    return join_accounts(kept_id, gone_id).kept


def join_accounts(kept_id: UUID, gone_id: UUID) -> Joined:
    """The merging itself, inside its caller's command. The second account is closed and gives its e-mail, phone and
    national ID back; whoever was merged into it before is now merged into the one that stands.

    Loans stay with the account they were made for, and are shown with the one that stands. What the kept one lacks of
    the particulars is taken over from the other. It travels to every node like any change.

    Raises:
        NotFound: no such borrower here. InvalidInput: one account. WrongState: merged before.
    """
    if kept_id == gone_id:
        raise InvalidInput("These are one account.", field="gone")
    kept, gone = _both(kept_id, gone_id)
    if kept.merged_into_id or gone.merged_into_id:
        raise WrongState("One of them was merged before.")
    followers = list(Account.objects.filter(merged_into=gone).order_by("pk"))
    before = _held_by(kept, gone) | {"followers": [str(follower.pk) for follower in followers]}
    email, phone = kept.email or gone.email, kept.phone or gone.phone
    gone.is_active, gone.merged_into, gone.email, gone.phone = False, kept, None, None
    end_access(gone)
    gone.save()
    _merge_into(followers, kept)
    kept.email, kept.phone = email, phone
    kept.save()
    _merge_profiles(kept, gone)
    return Joined(kept, before, _held_by(kept, gone))


def part_accounts(kept_id: UUID, gone_id: UUID, before: dict[str, Any], after: dict[str, Any]) -> Account:
    """Gives each of two accounts back what it held before `join_accounts`, inside its caller's command. Returns the one
    that had been closed.

    Raises:
        NotFound: no such borrower here. AlreadyExists: a number that was given back is somebody else's by now.
        WrongState: they are no longer merged, or something that was taken over has changed since.
    """
    kept, gone = _both(kept_id, gone_id)
    if gone.merged_into_id != kept.pk:
        raise WrongState("They are no longer merged.")
    now = _held_by(kept, gone)
    taken = [name for name, value in before["kept"].items() if after["kept"].get(name) != value]
    changed = [_label(name) for name in taken if now["kept"].get(name) != after["kept"].get(name)]
    if changed or now["gone"] != after["gone"]:
        what = ", ".join(changed) or "the closed account"
        raise WrongState(f"It can no longer be taken apart: {what} has changed since.")
    with natural_keys():
        _put(kept, {name: before["kept"][name] for name in taken})
        _put(gone, before["gone"])
    _merge_into(Account.objects.filter(pk__in=before["followers"], merged_into=kept), gone)
    return gone


def _both(kept_id: UUID, gone_id: UUID) -> tuple[Account, Account]:
    borrowers = Account.objects.select_for_update().order_by("pk").filter(role=Role.BORROWER)
    found = borrowers.in_bulk([kept_id, gone_id])
    if len(found) != 2:
        raise NotFound("There is no such borrower.")
    return found[kept_id], found[gone_id]


def _merge_into(followers: Iterable[Account], standing: Account) -> None:
    """Row by row: each is an image of its own in the history."""
    for follower in followers:
        follower.merged_into = standing
        follower.save(update_fields=["merged_into"])


def _merge_profiles(kept: Account, gone: Account) -> None:
    theirs = BorrowerProfile.objects.filter(pk=gone.pk).first()
    if theirs is None:
        return
    particulars = {field.attname: getattr(theirs, field.attname) for field in PARTICULARS}
    for name, value in GIVEN_BACK.items():
        setattr(theirs, name, value)
    theirs.save()
    ours = BorrowerProfile.objects.filter(pk=kept.pk).first()
    if ours is None:
        return
    for name, value in particulars.items():
        if getattr(ours, name) in ("", None):
            setattr(ours, name, value)
    ours.save()


def _held_by(kept: Account, gone: Account) -> dict[str, Any]:
    """What both hold, as it is kept in JSON."""
    held = {"kept": _held(kept), "gone": _held(gone)}
    plain: dict[str, Any] = json.loads(json.dumps(held, cls=DjangoJSONEncoder))
    return plain


def _held(account: Account) -> Held:
    profile = BorrowerProfile.objects.filter(pk=account.pk).first()
    values = {field.attname: getattr(account, field.attname) for field in CLOSING}
    return values | {f.attname: getattr(profile, f.attname) for f in PARTICULARS if profile}


def _put(account: Account, held: Held) -> None:
    _put_into(account, CLOSING, held)
    profile = BorrowerProfile.objects.filter(pk=account.pk).first()
    if profile:
        _put_into(profile, PARTICULARS, held)


def _put_into(record: Account | BorrowerProfile, fields: list[Field[Any, Any]], held: Held) -> None:
    named = [field for field in fields if field.attname in held]
    for field in named:
        setattr(record, field.attname, field.to_python(held[field.attname]))
    if named:
        record.save()


def _label(column: str) -> str:
    return next(str(f.verbose_name) for f in [*CLOSING, *PARTICULARS] if f.attname == column)
