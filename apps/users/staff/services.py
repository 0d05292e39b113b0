"""The people who work at an MFI or at Letsema: their accounts, duties, and their closing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command
from apps.mfis.core.database import connection, lock
from apps.mfis.core.errors import InvalidInput, NotAllowed, WrongState
from apps.mfis.core.roles import Action, Duty, Role
from apps.users.accounts.models import Account, Branch
from apps.users.accounts.services.passwords import write_password
from apps.users.accounts.services.people import Person, clean_person, natural_keys

LAST = "Nobody else could manage people here: give another colleague that duty first, then do this."


@command(Action.MANAGE_PEOPLE)
def create_staff(
    *,
    full_name: str,
    email: str,
    phone: str = "",
    role: Role,
    duties: Iterable[str] = (),
    branch: Branch | None = None,
    actor: Actor,
) -> Account:
    """A new MFI admin (in an MFI's schema) or Letsema admin (in public). It gets in by invitation.

    Without a `branch` a colleague works at the only one, where there is no other.

    Raises:
        NotAllowed: the duty is missing. InvalidInput: a field is wrong, or the role does not belong to this schema.
        AlreadyExists: e-mail or phone belongs to somebody else here.
    """
    at_home = Role.LETSEMA_ADMIN if connection.schema_name == "public" else Role.MFI_ADMIN
    if role != at_home:
        raise InvalidInput(f"Only a {at_home.label} can be made here.", field="role")
    person = clean_person(Person(full_name=full_name, email=email, phone=phone), today=business_date())
    account = Account(
        full_name=person.full_name,
        email=person.email or None,
        phone=person.phone or None,
        role=role,
        duties=clean_duties(duties, role),
        branch=branch or the_only_branch(role),
    )
    write_password(account, "")
    with natural_keys():
        account.save(force_insert=True)
    return account


def the_only_branch(role: Role) -> Branch | None:
    """Where a colleague works while the MFI has one branch."""
    branches = list(Branch.objects.open()[:2]) if role == Role.MFI_ADMIN else []
    return branches[0] if len(branches) == 1 else None


def clean_duties(duties: Iterable[str], role: Role) -> list[str]:
    """The duties in their fixed order.

    Raises:
        InvalidInput: an unknown duty, or none for an MFI admin.
    """
    wanted = set(duties)
    unknown = wanted - set(Duty.values)
    if unknown:
        raise InvalidInput(f"Unknown duty: {', '.join(sorted(unknown))}.", field="duties")
    if role == Role.MFI_ADMIN and not wanted:
        raise InvalidInput("Choose at least one duty.", field="duties")
    return [d for d in Duty.values if d in wanted]


@command(Action.MANAGE_PEOPLE)
def update_staff(
    *,
    account: Account,
    full_name: str,
    duties: Iterable[str],
    actor: Actor,
    branch: Branch | Literal["stays"] | None = "stays",
) -> Account:
    """Changes a colleague's name, duties and branch. Nobody changes their own duties.

    Raises:
        NotAllowed: the duty is missing, or it is their own account. InvalidInput: an unknown duty, or none.
        WrongState: nobody else would manage.
    """
    wanted = clean_duties(duties, Role(account.role))
    if account.pk == actor.id and wanted != account.duties:
        raise NotAllowed("Nobody changes their own duties; ask another manager.")
    colleague = Account.objects.select_for_update().get(pk=account.pk)
    if colleague.role == Role.MFI_ADMIN and Duty.MANAGER not in wanted:
        _check_not_last(colleague)
    colleague.full_name, colleague.duties = " ".join(full_name.split()), wanted
    if branch != "stays":
        colleague.branch = branch
    colleague.save()
    return colleague


@command(Action.MANAGE_PEOPLE)
def set_active(*, account: Account, active: bool, actor: Actor) -> Account:
    """Opens or closes an account. A closed one is signed out everywhere at its next request.

    Raises:
        NotAllowed: the duty is missing, or it is the actor's own account. WrongState: nobody else would manage.
    """
    if account.pk == actor.id and not active:
        raise NotAllowed("Nobody closes their own account; ask a colleague.")
    person = Account.objects.select_for_update().get(pk=account.pk)
    if not active:
        _check_not_last(person)
    person.is_active = active
    person.save(update_fields=["is_active"])
    return person


def _check_not_last(colleague: Account) -> None:
    """Refuses to leave a schema without anybody who manages its people.

    Raises:
        WrongState: no other active account does.
    """
    if not colleague.may(Action.MANAGE_PEOPLE):
        return
    lock("managers")  # two who close each other at once would leave nobody
    others = Account.objects.exclude(pk=colleague.pk).filter(role=colleague.role, is_active=True)
    if not any(account.may(Action.MANAGE_PEOPLE) for account in others):
        raise WrongState(LAST)
