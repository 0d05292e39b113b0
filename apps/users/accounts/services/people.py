"""What is told of a person, in its one form, and the natural keys that no two accounts share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import TextChoices

from apps.mfis.core.errors import AlreadyExists, InvalidInput, Sentence, sentences_of
from apps.mfis.tenancy.districts import District
from apps.users.accounts.identity import any_phone, lesotho_phone, national_id
from apps.users.accounts.particulars import Education, Gender, MaritalStatus, Sector, Wallet

MINIMUM_AGE, MAXIMUM_AGE = 18, 110
MAXIMUM_DEPENDANTS = 30

TAKEN: dict[str, str] = {
    "email": Sentence("This e-mail already belongs to an account here; sign in, or use another.", "email_taken"),
    "phone": Sentence("This phone number already belongs to an account here; sign in, or use another.", "phone_taken"),
    "national_id": Sentence(
        "This national ID already belongs to a borrower here; look for them under Borrowers.", "national_id_taken"
    ),
    "client_number": "This client number already belongs to a borrower here; look for them under Borrowers.",
}


# What an account that is merged, or was registered by mistake, holds no longer, so that another may have it.
GIVEN_BACK = dict.fromkeys(("national_id", "claimed_national_id", "client_number"))


@dataclass(frozen=True, slots=True)
class Person:
    """What is told of a borrower. Everything but the name and one way to reach them may be missing.

    Of what stands below the line None is not told, and stays as it is where the borrower is known; an empty text
    takes away what is kept.
    """

    full_name: str
    phone: str = ""
    email: str = ""
    national_id: str = ""
    date_of_birth: date | None = None
    district: str = ""
    village: str = ""
    employer: str = ""
    net_monthly_income: Decimal | None = None
    # ---
    national_id_expires: date | str | None = None
    gender: str | None = None
    marital_status: str | None = None
    dependants: int | str | None = None
    education: str | None = None
    landmark: str | None = None
    kin_name: str | None = None
    kin_relation: str | None = None
    kin_phone: str | None = None
    occupation: str | None = None
    sector: str | None = None
    listed_employer_id: UUID | str | None = None
    employee_number: str | None = None
    wallet: str | None = None
    wallet_number: str | None = None
    bank_name: str | None = None
    bank_branch_code: str | None = None
    bank_account: str | None = None
    client_number: str | None = None  # what another system called the borrower


PROFILE_FIELDS = tuple(f.name for f in fields(Person) if f.name not in ("full_name", "phone", "email"))

# What imports change; what stands below the line stays as it is.
FIRST_FIELDS = ("national_id", "date_of_birth", "district", "village", "employer", "net_monthly_income")

FURTHER_FIELDS = tuple(name for name in PROFILE_FIELDS if name not in FIRST_FIELDS)  # those below the line

# What is empty in the columns that hold no text.
NO_TEXT = frozenset({"national_id", "client_number", "national_id_expires", "dependants", "listed_employer_id"})


# What says nothing without the other.
TOGETHER = {
    "wallet": ("wallet_number", Sentence("Give the wallet's number too.", "wallet_number_needed")),
    "wallet_number": ("wallet", Sentence("Say whose wallet it is: M-Pesa, EcoCash or C-Pay.", "wallet_needed")),
    "bank_account": ("bank_name", Sentence("Say which bank the account is with.", "bank_needed")),
    "kin_phone": ("kin_name", Sentence("Give the name of the next of kin too.", "kin_name_needed")),
}


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
    for name, (other, sentence) in TOGETHER.items():
        if getattr(person, name) and getattr(person, other) == "":
            errors[other] = [sentence]
    return errors


def _one_of(choices: type[TextChoices], text: str) -> str:
    """The value of a choice, said by its value or by its label."""
    said = text.strip().casefold()
    for value, label in choices.choices:
        if said in (value, str(label).casefold()):
            return str(value)
    offered = ", ".join(str(label) for label in choices.labels)
    raise ValueError(Sentence(f"“{text.strip()}” is none of these: {offered}.", "not_a_choice"))


def _day(day: date | str) -> date:
    if not isinstance(day, date):
        raise ValueError(Sentence("Give a day, like 2031-05-27.", "not_a_day"))
    return day


def _dependants(number: int | str) -> int:
    if not isinstance(number, int) or not 0 <= number <= MAXIMUM_DEPENDANTS:
        text = f"Give a number between 0 and {MAXIMUM_DEPENDANTS}."
        raise ValueError(Sentence(text, "number_outside", minimum=0, maximum=MAXIMUM_DEPENDANTS))
    return number


def _account_number(text: str) -> str:
    """Digits and letters, as banks have them; spaces and hyphens are mended."""
    plain = text.replace(" ", "").replace("-", "").upper()
    if not (plain.isalnum() and plain.isascii() and 5 <= len(plain) <= 40):
        raise ValueError(Sentence(f"“{text}” is no account number; give its digits.", "not_an_account"))
    return plain


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
    "national_id_expires": _day,
    "gender": lambda text: _one_of(Gender, text),
    "marital_status": lambda text: _one_of(MaritalStatus, text),
    "dependants": _dependants,
    "education": lambda text: _one_of(Education, text),
    "landmark": lambda text: _line(text, 200),
    "kin_name": lambda text: _line(text, 150),
    "kin_relation": lambda text: _line(text, 40),
    "kin_phone": any_phone,
    "occupation": lambda text: _line(text, 80),
    "sector": lambda text: _one_of(Sector, text),
    "listed_employer_id": lambda key: key,
    "employee_number": lambda text: _line(text, 40),
    "wallet": lambda text: _one_of(Wallet, text),
    "wallet_number": lesotho_phone,
    "bank_name": lambda text: _line(text, 60),
    "bank_branch_code": lambda text: _line(text, 20),
    "bank_account": _account_number,
    "client_number": lambda text: _line(text, 40),
}


def profile_values(person: Person) -> dict[str, Any]:
    """What of a clean person belongs into the profile, by its columns; what is not told is left out."""
    values = {name: getattr(person, name) for name in PROFILE_FIELDS}
    told = {name: value for name, value in values.items() if value is not None or name in FIRST_FIELDS}
    return {name: None if value == "" and name in NO_TEXT else value for name, value in told.items()}


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
