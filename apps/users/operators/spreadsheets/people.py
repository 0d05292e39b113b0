"""Borrowers from a spreadsheet: of one MFI, or of several."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from apps.mfis.core.errors import InvalidInput
from apps.mfis.core.roles import Action
from apps.users.accounts.services.many_borrowers import register_borrowers
from apps.users.accounts.services.people import Person, clean_person
from apps.users.operators.spreadsheets.known_people import KnownPeople
from apps.users.spreadsheets.kinds import Column, Context, Interpreter, Kind, Row
from apps.users.spreadsheets.values import Holds

PHONE_NAMES = ("phone number", "mobile", "mobile number", "cell", "cellphone", "cell number", "telephone", "mohala")


class PeopleKind(Kind):
    """Borrowers. They get no password: they sign up by invitation. Rows already imported are passed over."""

    name = "people"
    title = _("Import people")
    noun = _("people")
    action = Action.REGISTER_BORROWER
    on_public = True
    columns: ClassVar[tuple[Column, ...]] = (
        Column(
            "full_name",
            "Name",
            "Lebitso",
            synonyms=("full name", "full names", "borrower", "client name", "lebitso le fane"),
            example="Palesa Mokoena",
        ),
        Column("first_name", "First name", "Lebitso la pele", synonyms=("first names", "given name", "forename")),
        Column("last_name", "Surname", "Fane", synonyms=("last name", "family name")),
        Column("phone", "Phone", "Mohala", synonyms=PHONE_NAMES, holds=Holds.PHONE, example="+266 5812 3456"),
        Column("email", "E-mail", "Imeile", synonyms=("e-mail address",), example="palesa@example.com"),
        Column(
            "national_id",
            "National ID",
            "Nomoro ea boitsebiso",
            synonyms=("id number", "id no", "national id number", "identity number"),
            holds=Holds.DIGITS,
            example="012345678901",
        ),
        Column(
            "date_of_birth",
            "Date of birth",
            "Letsatsi la tsoalo",
            synonyms=("born", "dob", "birth date"),
            holds=Holds.DATE,
            example="1990-05-27",
        ),
        Column("district", "District", "Setereke", example="Maseru"),
        Column("village", "Village", "Motse", synonyms=("town", "village or town"), example="Ha Thetsane"),
        Column("employer", "Employer", "Mohiri", example="Self-employed"),
        Column(
            "net_monthly_income",
            "Net monthly income",
            "Moputso oa khoeli",
            synonyms=("income", "net income", "net pay"),
            holds=Holds.AMOUNT,
            example="4500.00",
        ),
    )

    def needed(self, *, of_many: bool) -> tuple[frozenset[str], ...]:
        """A name in one column, or its parts in two."""
        return (*super().needed(of_many=of_many), frozenset({"full_name", "last_name"}))

    def interpreter(self, context: Context) -> Interpreter:
        return PeopleInterpreter(context)


class PeopleInterpreter(Interpreter):
    """One MFI's people."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.known = KnownPeople()

    def interpret(self, rows: list[Row]) -> None:
        found = [(row, person) for row in rows if (person := self._clean(row))]
        self.known.look_up(person for _, person in found)
        for row, person in found:
            if not row.errors:
                self.known.compare(row, person)
                row.ready, row.kept = person, _spoken(person)

    def _clean(self, row: Row) -> Person | None:
        """What a row tells of a borrower, in its one form; None, and why among its errors, where it cannot be kept."""
        try:
            return clean_person(_person(row), today=self.context.today)
        except InvalidInput as error:
            row.fail_all(error.errors)
            return None

    def write(self, rows: list[Row]) -> None:
        people = [row.ready for row in rows]
        outcome = register_borrowers(people=people, actor=self.context.actor, today=self.context.today, are_clean=True)
        for row, became in zip(rows, outcome, strict=True):
            if became.refused:
                row.fail_all(became.refused.errors)
            else:
                row.record = str(became.account_id)


def _person(row: Row) -> Person:
    values: dict[str, Any] = {key: row.values.get(key) for key in TEXTS}
    told = {key: value or "" for key, value in values.items()}
    parts = (row.values.get("first_name"), row.values.get("last_name"))
    name = told.pop("full_name") or " ".join(part for part in parts if part)
    return Person(
        full_name=name,
        date_of_birth=row.values.get("date_of_birth"),
        net_monthly_income=row.values.get("net_monthly_income"),
        **told,
    )


TEXTS = ("full_name", "phone", "email", "national_id", "district", "village", "employer")


def _spoken(person: Person) -> dict[str, str]:
    """What would be kept of a person, as the preview shows it."""
    values = {field.name: getattr(person, field.name) for field in fields(person)}
    return {
        name: f"{value:%-d %B %Y}" if name == "date_of_birth" and value else str(value or "")
        for name, value in values.items()
    }
