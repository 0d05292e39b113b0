"""Making and changing borrowers' accounts and profiles. Admin, API, imports and commands all come through here."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput
from apps.mfis.core.roles import Action, Role
from apps.mfis.core.tables import new_id
from apps.users.accounts.languages import Language
from apps.users.accounts.models import Account, BorrowerProfile
from apps.users.accounts.services.passwords import write_password
from apps.users.accounts.services.people import Person, clean_person, natural_keys, profile_values

KEPT_FOR_CODES = "While signing in asks for a code this stays as it is; turn that off first, or ask your branch."

SET_ONCE = {"national_id": "national ID", "date_of_birth": "date of birth"}


@command(Action.MANAGE_PEOPLE, Action.REGISTER_BORROWER, new_business=True)
def register_borrower(
    *, person: Person, actor: Actor, password: str = "", language: str = "en", today: date
) -> Account:
    """A new borrower's account and profile in the present schema.

    Without `password` the account cannot sign in until it has accepted an invitation.

    Raises:
        NotAllowed: the duty is missing. InvalidInput: a field is wrong.
        AlreadyExists: phone, e-mail or national ID belongs to somebody else here.
    """
    return add_borrower(person=person, password=password, language=language, today=today)


def add_borrower(
    *, person: Person, password: str, language: str, today: date, account_id: UUID | None = None
) -> Account:
    """The registration itself, inside its caller's command. `account_id` is the key that the account gets.

    Raises:
        InvalidInput, AlreadyExists: as for registration.
    """
    clean = clean_person(person, today=today)
    account = Account(
        pk=account_id or new_id(),
        full_name=clean.full_name,
        email=clean.email or None,
        phone=clean.phone or None,
        role=Role.BORROWER,
        language=Language.of(language).value,
    )
    write_password(account, password)
    with natural_keys():
        account.save(force_insert=True)
        BorrowerProfile.objects.create(account=account, **profile_values(clean))
    return account


@command(Action.REGISTER_BORROWER)
def update_borrower(*, account: Account, person: Person, actor: Actor, today: date) -> Account:
    """Changes a borrower's own data; every change stays in the history.

    Raises:
        NotAllowed: the duty is missing. InvalidInput, AlreadyExists: as for registration.
    """
    borrower = Account.objects.select_for_update().get(pk=account.pk, role=Role.BORROWER)
    return _change(borrower, clean_person(person, today=today))


@command(Action.BORROW)
def update_own_profile(*, actor: Actor, person: Person, today: date) -> Account:
    """Changes one's own data. What identifies a person can be given once; then only the branch changes it.

    Phone and e-mail stay as they are while signing in asks for a code: whoever borrowed a session could otherwise have
    the codes sent to themselves, and turn them off.

    Raises:
        NotAllowed: not a borrower. InvalidInput: a field is wrong, or fixed by now.
        AlreadyExists: as for registration.
    """
    account = Account.objects.select_for_update().own(actor)
    clean = clean_person(person, today=today)
    _check_kept(account, clean)
    return _change(account, clean)


def _check_kept(account: Account, clean: Person) -> None:
    """Refuses a change of what the owner of an account may not change, or not now."""
    profile = BorrowerProfile.objects.get(pk=account.pk)
    errors = {
        name: [f"Your {label} is already on record; ask your branch to correct it."]
        for name, label in SET_ONCE.items()
        if getattr(profile, name) and getattr(clean, name) != getattr(profile, name)
    }
    if account.second_factor:
        kept = {"phone": account.phone or "", "email": account.email or ""}
        errors |= {name: [KEPT_FOR_CODES] for name, value in kept.items() if getattr(clean, name) != value}
    if errors:
        raise InvalidInput(next(iter(errors.values()))[0], field=next(iter(errors)), errors=errors)


def _change(account: Account, clean: Person) -> Account:
    account.full_name, account.email, account.phone = clean.full_name, clean.email or None, clean.phone or None
    with natural_keys():
        account.save()
        BorrowerProfile.objects.filter(account=account).update(**profile_values(clean))
    return account


@command(Action.BORROW)
def change_settings(*, actor: Actor, language: str | None = None, wants_reminders: bool | None = None) -> Account:
    """Changes the language of one's own messages and documents ("en" or "st"), and whether one wants reminders.

    Raises:
        NotAllowed: not a borrower. InvalidInput: another language.
    """
    if language is not None and language not in Language.values:
        raise InvalidInput("Choose English or Sesotho.", field="language")
    account = Account.objects.select_for_update().own(actor)
    wanted = {"language": language, "wants_reminders": wants_reminders}
    changed = {name: value for name, value in wanted.items() if value is not None and getattr(account, name) != value}
    for name, value in changed.items():
        setattr(account, name, value)
    if changed:
        account.save(update_fields=list(changed))
    return account
