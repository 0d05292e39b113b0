"""Changing groups, and who is in them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError

from apps.loans.groups.models import Group, Membership
from apps.loans.groups.selectors import running_loans
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotFound, WrongState
from apps.mfis.core.roles import Action, Role
from apps.users.accounts.models import Account

MEETINGS = ("meets_from", "meets_every", "frequency")


@command(Action.MANAGE_GROUPS)
def save_group(*, group: Group, actor: Actor) -> Group:
    """Saves a new or changed group.

    Raises:
        NotAllowed: duty. InvalidInput: with the sentences by field; or loans run on its meetings.
    """
    try:
        group.full_clean()
    except ValidationError as error:
        raise InvalidInput.from_validation(error) from None
    before = Group.objects.filter(pk=group.pk).first()
    moved = before is not None and any(getattr(before, name) != getattr(group, name) for name in MEETINGS)
    if moved and running_loans(group).exists():
        raise InvalidInput(
            "Loans fall due at its meetings; when it meets changes when they are repaid, or restructure them.",
            field="meets_from",
        )
    group.save()
    return group


@command(Action.MANAGE_GROUPS)
def add_member(
    *,
    group_id: UUID,
    actor: Actor,
    borrower_id: UUID,
    office: str = Membership.Office.MEMBER,
    joined_on: date | None = None,
) -> Membership:
    """Takes a borrower into a group.

    Raises:
        NotAllowed: duty. NotFound: no such group or borrower. WrongState: in a group already.
    """
    group = _lock(group_id)
    borrower = Account.objects.select_for_update().filter(pk=borrower_id, role=Role.BORROWER).first()
    if borrower is None:
        raise NotFound("There is no such borrower.")
    if office not in Membership.Office.values:
        raise InvalidInput("Choose what they are in the group.", field="office")
    member = Membership.objects.current().filter(borrower=borrower).select_related("group").first()
    if member:
        raise WrongState(f"{borrower.full_name} is in {member.group}; who leaves it can join another.")
    return Membership.objects.create(
        group=group, borrower=borrower, office=office, joined_on=joined_on or business_date()
    )


@command(Action.MANAGE_GROUPS)
def change_office(*, membership_id: UUID, office: str, actor: Actor) -> Membership:
    """Gives a member another office in the group.

    Raises:
        NotAllowed: duty. NotFound: no such member. InvalidInput: no such office. WrongState: they have left.
    """
    member = Membership.objects.select_for_update().filter(pk=membership_id).first()
    if member is None:
        raise NotFound("There is no such member.")
    if office not in Membership.Office.values:
        raise InvalidInput("Choose what they are in the group.", field="office")
    if member.left_on:
        raise WrongState(f"{member.borrower.full_name} has left this group.")
    member.office = office
    member.save(update_fields=["office"])
    return member


@command(Action.MANAGE_GROUPS)
def leave_group(*, membership_id: UUID, actor: Actor, left_on: date | None = None) -> Membership:
    """Lets a member go: nobody leaves while a loan of the group is owed, for each answers for all.

    Raises:
        NotAllowed: duty. NotFound: no such member. WrongState: left before, or something is owed.
    """
    member = Membership.objects.select_related("group", "borrower").filter(pk=membership_id).first()
    if member is None:
        raise NotFound("There is no such member.")
    _lock(member.group_id)
    member.refresh_from_db()
    if member.left_on:
        raise WrongState(f"{member.borrower.full_name} has left this group.")
    owed = running_loans(member.group).select_related("loan__borrower").first()
    if owed:
        raise WrongState(
            f"Loan {owed.loan.number} of {owed.loan.borrower.full_name} is not repaid; "
            "the members answer for it together until it is."
        )
    member.left_on = max(left_on or business_date(), member.joined_on)
    member.save(update_fields=["left_on"])
    return member


def _lock(group_id: UUID) -> Group:
    group = Group.objects.select_for_update().filter(pk=group_id).first()
    if group is None:
        raise NotFound("There is no such group.")
    return group
