"""What is told of a person, in its one form, and the natural keys that no two accounts share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from apps.mfis.core.errors import AlreadyExists, InvalidInput
from apps.mfis.tenancy.districts import District
from apps.users.accounts.identity import lesotho_phone, national_id

MINIMUM_AGE, MAXIMUM_AGE = 18, 110

TAKEN = {
    "email": "This e-mail already belongs to an account here; sign in, or use another.",
    "phone": "This phone number already belongs to an account here; sign in, or use another.",
    "national_id": "This national ID already belongs to a borrower here; look for them under Borrowers.",
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
    values, errors = asdict(person), _missing(person)
    for name, clean in _cleaners(today).items():
        if values[name] in ("", None):
            continue
        try:
            values[name] = clean(values[name])
        except (ValidationError, ValueError) as error:
            errors[name] = list(getattr(error, "messages", [str(error)]))
    if errors:
        raise InvalidInput(next(iter(errors.values()))[0], field=next(iter(errors)), errors=errors)
    return Person(**values)


def _missing(person: Person) -> dict[str, list[str]]:
    errors = {}
    if not person.full_name.strip():
        errors["full_name"] = ["Give the person's name."]
    if not person.phone and not person.email:
        errors["phone"] = ["Give a phone number or an e-mail, so that the person can sign in."]
    return errors


def _cleaners(today: date) -> dict[str, Callable[[Any], Any]]:
    """What brings each value that is given into its one form, or raises with what is wrong."""
    return {
        "full_name": lambda text: _line(text, 150, "A name has at most"),
        "phone": lesotho_phone,
        "email": _email,
        "national_id": national_id,
        "date_of_birth": lambda born: _adult(born, today),
        "district": lambda text: District.from_text(text).value,
        "village": lambda text: _line(text, 80),
        "employer": lambda text: _line(text, 120),
        "net_monthly_income": _income,
    }


def _line(text: str, maximum: int, beginning: str = "At most") -> str:
    line = " ".join(text.split())
    if len(line) > maximum:
        raise ValueError(f"{beginning} {maximum} characters.")
    return line


def _email(text: str) -> str:
    validate_email(text.strip())
    return text.strip().lower()


def _adult(born: date, today: date) -> date:
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if not MINIMUM_AGE <= age <= MAXIMUM_AGE:
        raise ValueError(
            f"Born {born:%-d %b %Y} means {age} years; a borrower is between {MINIMUM_AGE} and {MAXIMUM_AGE}."
        )
    return born


def _income(amount: Decimal) -> Decimal:
    if not 0 <= amount < Decimal(10) ** 9:
        raise ValueError("Income is between 0 and 999,999,999.")
    return amount


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
