"""Making and changing borrowers' accounts and profiles. Admin, API, imports and commands all come through here."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.errors import ConfirmationNeeded, InvalidInput, Sentence
from apps.mfis.core.roles import Action, Role
from apps.mfis.core.tables import new_id
from apps.users.accounts.languages import Language
from apps.users.accounts.models import Account, BorrowerProfile
from apps.users.accounts.services.branches import check_employer
from apps.users.accounts.services.passwords import end_access, write_password
from apps.users.accounts.services.people import Person, clean_person, natural_keys, profile_values

KEPT_FOR_CODES = Sentence(
    "While signing in asks for a code this stays as it is; turn that off first, or ask your branch.", "kept_for_codes"
)

NOT_HERE = "Phone and e-mail change under “Change how they are reached”, with a second person or the borrower's code."

CONFIRM = "Give your password again: this changes who you are here, or how you are reached."

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
    *, person: Person, password: str, language: str, today: date, account_id: UUID | None = None, verified: str = ""
) -> Account:
    """The registration itself, inside its caller's command. `account_id` is the key that the account gets, `verified`
    the address that was shown to be the person's own.

    Raises:
        InvalidInput, AlreadyExists: as for registration.
    """
    clean = clean_person(person, today=today)
    check_employer(clean.listed_employer_id)
    account = Account(
        pk=account_id or new_id(),
        full_name=clean.full_name,
        email=clean.email or None,
        phone=clean.phone or None,
        verified_email=verified if "@" in verified else None,
        verified_phone=verified if verified and "@" not in verified else None,
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

    Nobody changes alone how another is reached, as whoever gets the codes gets in: see access/services/contacts.py.
    The system does, for the demonstration.

    Raises:
        NotAllowed: the duty is missing. InvalidInput, AlreadyExists: as for registration, or phone or e-mail differ.
    """
    borrower = Account.objects.select_for_update().get(pk=account.pk, role=Role.BORROWER)
    clean = clean_person(person, today=today)
    changed = contact_changes(borrower, clean)
    if changed and actor.role is not None:
        errors = {name: [NOT_HERE] for name in changed}
        raise InvalidInput(NOT_HERE, field=next(iter(changed)), errors=errors)
    if clean.national_id:
        claimed = BorrowerProfile.objects.filter(account=borrower, claimed_national_id__isnull=False)
        claimed.update(claimed_national_id=None)
    return _change(borrower, clean)


def contact_changes(account: Account, person: Person) -> dict[str, str]:
    """Phone and e-mail of a clean `person` that the account has not."""
    kept = {"phone": account.phone or "", "email": account.email or ""}
    return {name: getattr(person, name) for name, value in kept.items() if getattr(person, name) != value}


@command(Action.BORROW)
def update_own_profile(*, actor: Actor, person: Person, today: date, confirmed: bool = False) -> Account:
    """Changes one's own data. What identifies a person can be given once; then only the branch changes it.

    Name, phone and e-mail change only where it is `confirmed` that it is the owner who asks (access/services/
    own_profile.py), and that a new address is theirs; other sessions, and tokens, end. A national ID that another
    borrower has is kept as a claim for whoever reviews: the answer tells nobody who banks here.

    Phone and e-mail stay as they are while signing in asks for a code: whoever borrowed a session could otherwise have
    the codes sent to themselves, and turn them off.

    Raises:
        NotAllowed: not a borrower. InvalidInput: a field is wrong, or fixed by now.
        ConfirmationNeeded: it is not confirmed. AlreadyExists: somebody took the address meanwhile.
    """
    account = Account.objects.select_for_update().own(actor)
    clean = clean_person(person, today=today)
    check_kept(account, clean)
    contacts = contact_changes(account, clean)
    if contacts or clean.full_name != account.full_name:
        if not confirmed:
            raise ConfirmationNeeded(CONFIRM, field="password")
        account.verified_phone = contacts.get("phone", account.verified_phone) or None
        account.verified_email = contacts.get("email", account.verified_email) or None
        end_access(account)
    return _change(account, _with_claim(account, clean))


def _with_claim(account: Account, clean: Person) -> Person:
    """The person without a national ID that another borrower has: it is kept as a claim."""
    others = BorrowerProfile.objects.exclude(pk=account.pk).filter(national_id=clean.national_id)
    taken = bool(clean.national_id) and others.exists()
    claim = clean.national_id if taken else None
    profile = BorrowerProfile.objects.get(pk=account.pk)
    if profile.claimed_national_id != claim:
        profile.claimed_national_id = claim
        profile.save(update_fields=["claimed_national_id"])
    return replace(clean, national_id="") if taken else clean


def check_kept(account: Account, clean: Person) -> None:
    """Refuses a change of what the owner of an account may not change, or not now."""
    profile = BorrowerProfile.objects.get(pk=account.pk)
    errors: dict[str, list[str]] = {
        name: [Sentence(f"Your {label} is already on record; ask your branch to correct it.", f"{name}_on_record")]
        for name, label in SET_ONCE.items()
        if _known(profile, name) and getattr(clean, name) != _known(profile, name)
    }
    if account.second_factor:
        errors |= {name: [KEPT_FOR_CODES] for name in contact_changes(account, clean)}
    if errors:
        raise InvalidInput(next(iter(errors.values()))[0], field=next(iter(errors)), errors=errors)


def _known(profile: BorrowerProfile, name: str) -> Any:
    return getattr(profile, name) or (profile.claimed_national_id if name == "national_id" else None)


def _change(account: Account, clean: Person) -> Account:
    kept = BorrowerProfile.objects.filter(account=account).values_list("listed_employer_id", flat=True).first()
    if clean.listed_employer_id != kept:
        check_employer(clean.listed_employer_id)
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
        raise InvalidInput(Sentence("Choose English or Sesotho.", "not_a_choice"), field="language")
    account = Account.objects.select_for_update().own(actor)
    wanted = {"language": language, "wants_reminders": wants_reminders}
    changed = {name: value for name, value in wanted.items() if value is not None and getattr(account, name) != value}
    for name, value in changed.items():
        setattr(account, name, value)
    if changed:
        account.save(update_fields=list(changed))
    return account
