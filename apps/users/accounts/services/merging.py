"""One person registered twice, on two nodes that did not know of each other: made one again by an operator."""

from __future__ import annotations

from uuid import UUID

from apps.mfis.core.actor import Actor, name_actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotFound, WrongState
from apps.mfis.core.roles import Action, Role
from apps.users.accounts.models import Account, BorrowerProfile

PARTICULARS = [f.name for f in BorrowerProfile._meta.local_fields if not f.primary_key]


@command(Action.MANAGE_PEOPLE)
def merge_borrowers(*, kept_id: UUID, gone_id: UUID, actor: Actor, reason: str) -> Account:
    """Lets one account stand for both. The other is closed and gives its e-mail, phone and national ID back.

    Loans stay with the account they were made for, and are shown with the one that stands. What the kept one lacks of
    the particulars is taken over from the other. It travels to every node like any change.

    Raises:
        NotAllowed: the duty is missing. NotFound: no such borrower here.
        InvalidInput: one account, or no reason. WrongState: merged before.
    """
    if kept_id == gone_id:
        raise InvalidInput("These are one account.", field="gone")
    if not reason.strip():
        raise InvalidInput("Give a reason; it stays with the record.", field="reason")
    name_actor(actor.because(reason))  # no column holds the reason
    borrowers = Account.objects.select_for_update().filter(role=Role.BORROWER).in_bulk([kept_id, gone_id])
    if len(borrowers) != 2:
        raise NotFound("There is no such borrower.")
    kept, gone = borrowers[kept_id], borrowers[gone_id]
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
    particulars = {name: getattr(theirs, name) for name in PARTICULARS}
    theirs.national_id = ""
    theirs.save()
    ours = profiles.get(kept.pk)
    if ours is None:
        return
    for name, value in particulars.items():
        if not getattr(ours, name):
            setattr(ours, name, value)
    ours.save()
