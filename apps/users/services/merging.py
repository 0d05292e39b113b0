"""One person registered twice, on two nodes that did not know of each other: made one again by an operator."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from apps.mfis.acting import Actor, acting
from apps.mfis.errors import InvalidInput, NotFound, WrongState
from apps.users.models import Account, BorrowerProfile
from apps.users.roles import Role


def belongs_to(account: Account, path: str = "borrower") -> Q:
    """What is the account's, and what is of those that were merged into it; `path` leads to the account.

    The accounts are found first, by two indexes: an OR over the joined rows would read everybody's.
    """
    own = Account.objects.filter(Q(pk=account.pk) | Q(merged_into=account.pk))
    return Q((f"{path}__in", own.order_by().values("pk")))


def merge_borrowers(*, kept_id: UUID, gone_id: UUID, actor: Actor, reason: str) -> Account:
    """Lets one account stand for both. The other is closed and gives its e-mail, phone and national ID back.

    Loans stay with the account they were made for, and are shown with the one that stands. What the kept one lacks of
    the particulars is taken over from the other. It travels to every node like any change.

    Raises:
        NotFound: no such borrower here. InvalidInput: one account, or no reason. WrongState: merged before.
    """
    if kept_id == gone_id:
        raise InvalidInput("These are one account.", field="gone")
    if not reason.strip():
        raise InvalidInput("Give a reason; it stays with the record.", field="reason")
    with acting(Actor(actor.id, f"{actor.name} ({reason.strip()[:80]})")):
        found = Account.objects.select_for_update().filter(role=Role.BORROWER).in_bulk([kept_id, gone_id])
        if len(found) != 2:
            raise NotFound("There is no such borrower.")
        kept, gone = found[kept_id], found[gone_id]
        if kept.merged_into_id or gone.merged_into_id:
            raise WrongState("One of them was merged before.")
        email, phone = kept.email or gone.email, kept.phone or gone.phone
        gone.is_active, gone.merged_into, gone.email, gone.phone = False, kept, None, None
        gone.save()
        kept.email, kept.phone = email, phone
        kept.save()
        _merge_profiles(kept, gone)
        return kept


def _merge_profiles(kept: Account, gone: Account) -> None:
    profiles = BorrowerProfile.objects.in_bulk([kept.pk, gone.pk])
    theirs = profiles.get(gone.pk)
    if theirs is None:
        return
    known = {f.name: getattr(theirs, f.name) for f in BorrowerProfile._meta.local_fields if not f.primary_key}
    theirs.national_id = ""
    theirs.save()
    ours = profiles.get(kept.pk)
    if ours is None:
        return
    for name, value in known.items():
        if name != "created_at" and not getattr(ours, name):
            setattr(ours, name, value)
    ours.save()
