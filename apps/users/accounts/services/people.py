"""What is told of a person, in its one form, and the natural keys that no two accounts share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from apps.mfis.core.errors import AlreadyExists, InvalidInput, Sentence, sentences_of
from apps.mfis.tenancy.districts import District
from apps.users.accounts.identity import lesotho_phone, national_id

MINIMUM_AGE, MAXIMUM_AGE = 18, 110

TAKEN = {
    "email": Sentence("This e-mail already belongs to an account here; sign in, or use another.", "email_taken"),
    "phone": Sentence("This phone number already belongs to an account here; sign in, or use another.", "phone_taken"),
    "national_id": Sentence(
        "This national ID already belongs to a borrower here; look for them under Borrowers.", "national_id_taken"
    ),
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
    values, errors = dict[str, Any](), _missing(person)
    for name, clean in CLEANERS.items():
        values[name] = value = getattr(person, name)
        if value == "" or value is None:
            continue
        try:
            values[name] = _adult(value, today) if clean is None else clean(value)
        except (ValidationError, ValueError) as error:
            errors[name] = sentences_of(error) if isinstance(error, ValidationError) else [error.args[0]]
    if errors:
        raise InvalidInput(next(iter(errors.values()))[0], field=next(iter(errors)), errors=errors)
    return Person(**values)


def _missing(person: Person) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    if not person.full_name.strip():
        errors["full_name"] = [Sentence("Give the person's name.", "name_needed")]
    if not person.phone and not person.email:
        text = "Give a phone number or an e-mail, so that the person can sign in."
        errors["phone"] = [Sentence(text, "phone_or_email_needed")]
    return errors


def _line(text: str, maximum: int, beginning: str = "At most") -> str:
    line = " ".join(text.split())
    if len(line) > maximum:
        raise ValueError(Sentence(f"{beginning} {maximum} characters.", "too_long", maximum=maximum))
    return line


def _district(text: str) -> str:
    try:
        return District.from_text(text).value
    except ValueError as error:
        raise ValueError(Sentence(str(error), "not_a_choice")) from None


def _email(text: str) -> str:
    try:
        validate_email(text.strip())
    except ValidationError as error:
        raise ValueError(Sentence(error.messages[0], "not_an_email")) from None
    return text.strip().lower()


def _adult(born: date, today: date) -> date:
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if not MINIMUM_AGE <= age <= MAXIMUM_AGE:
        text = f"Born {born:%-d %b %Y} means {age} years; a borrower is between {MINIMUM_AGE} and {MAXIMUM_AGE}."
        limits = {"minimum": MINIMUM_AGE, "maximum": MAXIMUM_AGE}
        raise ValueError(Sentence(text, "age_outside", day=born.isoformat(), age=age, **limits))
    return born


def _income(amount: Decimal) -> Decimal:
    if not 0 <= amount < Decimal(10) ** 9:
        raise ValueError(Sentence("Income is between 0 and 999,999,999.", "income_outside"))
    return amount


# What brings each value that is given into its one form, or raises with what is wrong; a birth is held against the day.
CLEANERS: dict[str, Callable[[Any], Any] | None] = {
    "full_name": lambda text: _line(text, 150, "A name has at most"),
    "phone": lesotho_phone,
    "email": _email,
    "national_id": national_id,
    "date_of_birth": None,
    "district": _district,
    "village": lambda text: _line(text, 80),
    "employer": lambda text: _line(text, 120),
    "net_monthly_income": _income,
}


def profile_values(person: Person) -> dict[str, Any]:
    """What of a clean person belongs into the profile, by its columns."""
    values = {name: getattr(person, name) for name in PROFILE_FIELDS}
    values["national_id"] = values["national_id"] or None
    return values


@contextmanager
def natural_keys() -> Iterator[None]:
    """Turns the database's refusal of a natural key into AlreadyExists, naming the field."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        field = getattr(getattr(error.__cause__, "diag", None), "column_name", None)
        if field in TAKEN:
            raise AlreadyExists(TAKEN[field], field=field) from error
        raise
