"""The branches of an MFI, and whom its borrowers work for."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.database import lock
from apps.mfis.core.errors import InvalidInput, Sentence, WrongState
from apps.mfis.core.roles import Action
from apps.users.accounts.identity import any_phone
from apps.users.accounts.models import HEAD_OFFICE_ID, Account, BorrowerProfile, Branch, Employer


def open_head_office() -> None:
    """Makes the branch that every MFI begins with."""
    Branch.objects.create(id=HEAD_OFFICE_ID, code="HO", name="Head office")


@command(Action.MANAGE_PEOPLE)
def save_branch(*, branch: Branch, actor: Actor) -> Branch:
    """Saves a new or changed branch.

    Raises:
        NotAllowed: duty. InvalidInput: with the sentences by field, or the code is another's. WrongState: it is closed
            while colleagues or borrowers belong to it, or as the last one.
    """
    branch.code = branch.code.strip().upper()
    lock("branches")
    _check(branch)
    if not branch.is_active:
        _check_empty(branch)
    branch.save()
    return branch


def _check_empty(branch: Branch) -> None:
    if not Branch.objects.open().exclude(pk=branch.pk).exists():
        raise WrongState("This is the only open branch: open another one first.")
    if Account.objects.filter(branch=branch, is_active=True).exists():
        raise WrongState(f"Colleagues work at {branch}: give them another branch under Colleagues first.")
    if BorrowerProfile.objects.filter(branch=branch, account__is_active=True).exists():
        raise WrongState(f"Borrowers belong to {branch}: hand them over to another branch first.")


@command(Action.MANAGE_PEOPLE)
def save_employer(*, employer: Employer, actor: Actor) -> Employer:
    """Saves a new or changed employer.

    Raises:
        NotAllowed: duty. InvalidInput: with the sentences by field, or the code is another's.
    """
    employer.code = employer.code.strip().upper()
    if employer.phone:
        try:
            employer.phone = any_phone(employer.phone)
        except ValidationError as error:
            raise InvalidInput(error.messages[0], field="phone") from None
    lock("employers")
    _check(employer)
    employer.save()
    return employer


def _check(record: Branch | Employer) -> None:
    """Refuses what the model's fields refuse, and a code that another record has.

    Raises:
        InvalidInput: with the sentences by field.
    """
    try:
        record.full_clean()
    except ValidationError as error:
        raise InvalidInput.from_validation(error) from None
    other = type(record).objects.filter(code=record.code).exclude(pk=record.pk).first()
    if other:
        raise InvalidInput(f"{other} has the code {record.code}; choose another.", field="code")


def check_employer(employer_id: UUID | str | None) -> None:
    """Refuses an employer that is not on the list.

    Raises:
        InvalidInput: naming the remedy.
    """
    if employer_id and not Employer.objects.in_use().filter(pk=employer_id).exists():
        text = Sentence("Choose an employer of the list, or write its name.", "not_a_choice")
        raise InvalidInput(text, field="listed_employer_id")
