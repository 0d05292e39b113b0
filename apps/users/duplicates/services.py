"""Merging one person's two accounts: asked for by one, decided by another, taken apart while nothing rests on it."""

from __future__ import annotations

from uuid import UUID

from django.dispatch import Signal
from django.utils import timezone

from apps.mfis.core.actor import Actor, name_actor
from apps.mfis.core.commands import command
from apps.mfis.core.database import connection
from apps.mfis.core.errors import InvalidInput, NotFound, WrongState
from apps.mfis.core.roles import Action, Role
from apps.mfis.core.workflow import REASON_WANTED
from apps.mfis.work.queries import bring_forward
from apps.users.access.services.contacts import tell_addresses
from apps.users.accounts.models import Account
from apps.users.accounts.services.merging import join_accounts, part_accounts
from apps.users.duplicates.models import DuplicatePair, Merge
from apps.users.duplicates.queries import find_pairs
from apps.users.duplicates.workflow import MERGE

Status = Merge.Status

# Sent before a merge is taken apart, with `merge`; whoever keeps what rests on it raises WrongState with what it is.
taking_apart = Signal()


@command(Action.REGISTER_BORROWER)
def find_duplicates(*, actor: Actor) -> int:
    """Looks for accounts that may be one person's. Returns how many pairs there are.

    Raises:
        NotAllowed: the duty is missing.
    """
    return find_pairs()


@command(Action.REGISTER_BORROWER)
def propose_merge(*, kept_id: UUID, gone_id: UUID, reason: str, actor: Actor) -> Merge:
    """Asks that the first account stand for both; a second person decides.

    Raises:
        NotAllowed: the duty is missing. NotFound: no such borrower here. InvalidInput: one account, or no reason.
        WrongState: one of them was merged before, or it was asked for already.
    """
    merge = _pair(kept_id, gone_id, reason)
    if Merge.objects.waiting().of_accounts(merge.kept, merge.gone).exists():
        raise WrongState("Somebody has asked for this already; it waits under “Merged people”.")
    return _keep(merge, Status.WAITING, actor)


@command(Action.REGISTER_BORROWER)
def tell_apart(*, kept_id: UUID, gone_id: UUID, reason: str, actor: Actor) -> Merge:
    """Keeps that two accounts are two people's, so that they are not found again.

    Raises:
        As `propose_merge`.
    """
    return _keep(_pair(kept_id, gone_id, reason), Status.APART, actor)


def _pair(kept_id: UUID, gone_id: UUID, reason: str) -> Merge:
    if kept_id == gone_id:
        raise InvalidInput("These are one account.", field="gone")
    if not reason.strip():
        raise InvalidInput(REASON_WANTED, field="reason")
    locked = Account.objects.select_for_update().order_by("pk").filter(role=Role.BORROWER)
    accounts = locked.in_bulk([kept_id, gone_id])
    if len(accounts) != 2:
        raise NotFound("There is no such borrower.")
    if any(account.merged_into_id for account in accounts.values()):
        raise WrongState("One of them was merged before.")
    return Merge(kept=accounts[kept_id], gone=accounts[gone_id], reason=reason.strip())


def _keep(merge: Merge, status: str, actor: Actor) -> Merge:
    merge.status, merge.asked_by, merge.asked_by_name = status, actor.id, actor.name
    merge.save(force_insert=True)
    _forget_pair(merge)
    return merge


def _forget_pair(merge: Merge) -> None:
    both = (merge.kept_id, merge.gone_id)
    DuplicatePair.objects.filter(first__in=both, second__in=both).delete()


@command(MERGE["agree_merge"].duty)
def agree_merge(*, merge_id: UUID, actor: Actor) -> Merge:
    """Merges two accounts, as a second person. Both are told where their addresses were until now.

    Raises:
        NotAllowed: the duty is missing, or the actor asked for it. NotFound: no such merge.
        WrongState: it was decided, or one of them was merged meanwhile.
    """
    merge = _decidable(merge_id, "agree_merge", actor)
    name_actor(actor.because(f"asked by {merge.asked_by_name}: {merge.reason}"))
    for account in (merge.kept, merge.gone):
        tell_addresses(account, "contact_changed", merge.pk, f"{merge.asked_by_name}, {actor.name}")
    joined = join_accounts(merge.kept_id, merge.gone_id)
    merge.before, merge.after, merge.status = joined.before, joined.after, Status.DONE
    return _decided(merge, actor)


@command(MERGE["refuse_merge"].duty)
def refuse_merge(*, merge_id: UUID, actor: Actor) -> Merge:
    """Leaves two accounts as they are; whoever asked may take it back so.

    Raises:
        NotAllowed: the duty is missing. NotFound: no such merge. WrongState: it was decided.
    """
    merge = _decidable(merge_id, "refuse_merge", actor)
    merge.status = Status.REFUSED
    return _decided(merge, actor)


@command(MERGE["undo_merge"].duty)
def undo_merge(*, merge_id: UUID, reason: str, actor: Actor) -> Merge:
    """Gives each account back what it held before it was merged.

    Raises:
        NotAllowed: the duty is missing. NotFound: no such merge. InvalidInput: no reason. AlreadyExists: a number is
        somebody else's by now. WrongState: it is not merged, or something rests on it.
    """
    merge = _decidable(merge_id, "undo_merge", actor, reason)
    taking_apart.send(Merge, merge=merge)
    name_actor(actor.because(reason))
    part_accounts(merge.kept_id, merge.gone_id, merge.before, merge.after)
    merge.status, merge.undone_by, merge.undone_by_name = Status.UNDONE, actor.id, actor.name
    merge.undone_at, merge.undone_reason, merge.retold_at = timezone.now(), reason.strip(), None
    merge.save()
    bring_forward([connection.schema_name], ["told"])
    return merge


def _decidable(merge_id: UUID, step: str, actor: Actor, reason: str = "") -> Merge:
    merges = Merge.objects.select_for_update(of=("self",)).select_related("kept", "gone")
    merge = merges.filter(pk=merge_id).first()
    if merge is None:
        raise NotFound("There is no such merge.")
    standing = f"This is {merge.get_status_display().lower()}"
    MERGE[step].check(actor, state=merge.status, standing=standing, hands=(merge.asked_by,), reason=reason)
    return merge


def _decided(merge: Merge, actor: Actor) -> Merge:
    merge.decided_by, merge.decided_by_name, merge.decided_at = actor.id, actor.name, timezone.now()
    merge.save()
    bring_forward([connection.schema_name], ["told"])
    return merge
