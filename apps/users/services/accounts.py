"""Making and changing accounts and profiles. Admin, API, imports and commands all come through here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from apps.mfis.acting import Actor, acting
from apps.mfis.clock import business_date
from apps.mfis.database import connection
from apps.mfis.errors import AlreadyExists, InvalidInput, NotAllowed
from apps.mfis.places import District
from apps.users.identity import lesotho_phone, national_id
from apps.users.models import Account, BorrowerProfile
from apps.users.roles import Action, Duty, Role

YOUNGEST = 18
TAKEN = {
    "email": "This e-mail already belongs to an account here; sign in, or use another.",
    "phone": "This phone number already belongs to an account here; sign in, or use another.",
    "national_id": "This national ID already belongs to a borrower here; look for them under Borrowers.",
    "subdomain": "This subdomain is already taken; choose another.",
}


@dataclass(frozen=True, slots=True)
class Person:
    """What is told of a borrower. Everything but the name and one way to reach them may be missing."""

    full_name: str
    phone: str = ""
    email: str = ""
    national_id: str = ""
    date_of_birth: date | None = None
    district: str = ""
    village: str = ""
    employer: str = ""
    net_monthly_income: Decimal | None = None


PROFILE_FIELDS = tuple(f.name for f in fields(Person) if f.name not in ("full_name", "phone", "email"))


def clean_person(person: Person, *, today: date) -> Person:
    """The same person with every value in its one form.

    Raises:
        InvalidInput: with a sentence for each field that is wrong.
    """
    errors: dict[str, list[str]] = {}
    clean: dict[str, Any] = {f.name: getattr(person, f.name) for f in fields(Person)}

    def check(name: str, make: Any) -> None:
        try:
            clean[name] = make(clean[name])
        except (ValidationError, ValueError) as error:
            errors[name] = list(getattr(error, "messages", [str(error)]))

    clean["full_name"] = " ".join(person.full_name.split())
    if not clean["full_name"]:
        errors["full_name"] = ["Give the person's name."]
    elif len(clean["full_name"]) > 150:
        errors["full_name"] = ["A name has at most 150 characters."]
    if person.phone:
        check("phone", lesotho_phone)
    if person.email:
        check("email", _email)
    if not person.phone and not person.email:
        errors["phone"] = ["Give a phone number or an e-mail, so that the person can sign in."]
    if person.national_id:
        check("national_id", national_id)
    if person.date_of_birth:
        check("date_of_birth", lambda born: _adult(born, today))
    if person.district:
        check("district", lambda text: District.from_text(text).value)
    if person.net_monthly_income is not None and not 0 <= person.net_monthly_income < Decimal(10) ** 9:
        errors["net_monthly_income"] = ["Income is between 0 and 999,999,999."]
    for name in ("village", "employer"):
        clean[name] = " ".join(clean[name].split())
        longest = 80 if name == "village" else 120
        if len(clean[name]) > longest:
            errors[name] = [f"At most {longest} characters."]
    if errors:
        raise InvalidInput(next(iter(errors.values()))[0], field=next(iter(errors)), errors=errors)
    return Person(**clean)


def _email(text: str) -> str:
    validate_email(text.strip())
    return text.strip().lower()


def _adult(born: date, today: date) -> date:
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if not YOUNGEST <= age <= 110:
        raise ValueError(f"Born {born:%-d %b %Y} means {age} years; a borrower is between {YOUNGEST} and 110.")
    return born


def register_borrower(
    *, person: Person, actor: Actor | None = None, password: str = "", language: str = "en", today: date
) -> Account:
    """A new borrower's account and profile in the present schema.

    Without `password` the account cannot sign in until it has accepted an invitation. Who registers themselves
    consents to the keeping of their data in the same transaction (services/consents.py).

    Raises:
        InvalidInput: a field is wrong. AlreadyExists: phone, e-mail or national ID belongs to somebody else here.
    """
    clean = clean_person(person, today=today)
    account = Account(
        full_name=clean.full_name,
        email=clean.email or None,
        phone=clean.phone or None,
        role=Role.BORROWER,
        language=language if language in ("en", "st") else "en",
    )
    _set_password(account, password)
    with acting(actor or Actor(account.id, account.full_name)), natural_keys():
        account.save(force_insert=True)
        BorrowerProfile.objects.create(account=account, **_profile_values(clean))
    return account


def update_borrower(*, account: Account, person: Person, actor: Actor, today: date) -> Account:
    """Changes a borrower's own data; every change stays in the history.

    Raises:
        InvalidInput, AlreadyExists: as for registration.
    """
    clean = clean_person(person, today=today)
    with acting(actor), natural_keys():
        account = Account.objects.select_for_update().get(pk=account.pk, role=Role.BORROWER)
        account.full_name, account.email, account.phone = (clean.full_name, clean.email or None, clean.phone or None)
        account.save()
        BorrowerProfile.objects.filter(account=account).update(**_profile_values(clean))
    return account


KEPT_FOR_CODES = "While signing in asks for a code this stays as it is; turn that off first, or ask your branch."
SET_ONCE = {"national_id": "national ID", "date_of_birth": "date of birth"}


def update_own_profile(*, account: Account, person: Person, today: date) -> Account:
    """Changes one's own data. What identifies a person can be given once; then only the branch changes it.

    Phone and e-mail stay as they are while signing in asks for a code: whoever borrowed a session could otherwise have
    the codes sent to themselves, and turn them off.

    Raises:
        InvalidInput: a field is wrong, or fixed by now. AlreadyExists: as for registration.
    """
    clean = clean_person(person, today=today)
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
    return update_borrower(account=account, person=person, actor=actor_of(account), today=today)


def change_settings(*, account: Account, language: str | None = None, wants_reminders: bool | None = None) -> Account:
    """Changes the language of one's own messages and papers ("en" or "st"), and whether one wants reminders.

    Raises:
        InvalidInput: another language.
    """
    if language not in (None, "en", "st"):
        raise InvalidInput("Choose English or Sesotho.", field="language")
    wanted = {"language": language, "wants_reminders": wants_reminders}
    changed = {name: value for name, value in wanted.items() if value is not None and getattr(account, name) != value}
    if changed:
        with acting(actor_of(account)):
            for name, value in changed.items():
                setattr(account, name, value)
            account.save(update_fields=list(changed))
    return account


def create_staff(
    *, full_name: str, email: str, phone: str = "", role: Role, duties: Iterable[str] = (), actor: Actor
) -> Account:
    """A new MFI admin (in an MFI's schema) or Letsema admin (in public). It gets in by invitation.

    Raises:
        InvalidInput: a field is wrong, or the role does not belong to this schema. AlreadyExists: e-mail or phone.
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
    )
    _set_password(account, "")
    with acting(actor), natural_keys():
        account.save(force_insert=True)
    return account


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


def update_staff(*, account: Account, full_name: str, duties: Iterable[str], by: Account) -> Account:
    """Changes a colleague's name and duties. Nobody changes their own duties.

    Raises:
        NotAllowed: the actor may not, or it is their own account.
    """
    if not by.may(Action.MANAGE_PEOPLE):
        raise NotAllowed("Only a manager changes people and their duties.")
    wanted = clean_duties(duties, Role(account.role))
    if account.pk == by.pk and wanted != account.duties:
        raise NotAllowed("Nobody changes their own duties; ask another manager.")
    with acting(actor_of(by)):
        account = Account.objects.select_for_update().get(pk=account.pk)
        account.full_name, account.duties = " ".join(full_name.split()), wanted
        account.save()
    return account


def set_active(*, account: Account, active: bool, actor: Actor) -> Account:
    """Opens or closes an account. A closed one is signed out everywhere at its next request.

    Raises:
        NotAllowed: it is the actor's own account.
    """
    if account.pk == actor.id and not active:
        raise NotAllowed("Nobody closes their own account; ask a colleague.")
    with acting(actor):
        account = Account.objects.select_for_update().get(pk=account.pk)
        account.is_active = active
        account.save(update_fields=["is_active"])
    return account


def set_password(*, account: Account, password: str, actor: Actor) -> None:
    """A new password, checked for strength. Other sessions of the account end.

    Raises:
        InvalidInput: the password is too weak, with the reasons.
    """
    _set_password(account, password)
    with acting(actor):
        account.save(update_fields=["password"])


def _set_password(account: Account, password: str) -> None:
    if not password:
        account.password = make_password(None)
        return
    check_strength(password, account)
    account.set_password(password)


def check_strength(password: str, account: Account | None) -> None:
    """Whether a password may be taken.

    Raises:
        InvalidInput: it is too weak, with the reasons.
    """
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise InvalidInput(error.messages[0], field="password", errors={"password": error.messages}) from None


def _profile_values(person: Person) -> dict[str, Any]:
    values = {name: getattr(person, name) for name in PROFILE_FIELDS}
    values["national_id"] = values["national_id"] or None
    return values


class natural_keys:
    """Turns the database's refusal of a natural key into AlreadyExists, naming the field."""

    def __enter__(self) -> None:
        self._savepoint = transaction.atomic()
        self._savepoint.__enter__()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._savepoint.__exit__(kind, error, trace)
        if isinstance(error, IntegrityError):
            field = getattr(getattr(error.__cause__, "diag", None), "column_name", None)
            if field in TAKEN:
                raise AlreadyExists(TAKEN[field], field=field) from error


def actor_of(account: Account) -> Actor:
    return Actor(account.pk, account.full_name)
