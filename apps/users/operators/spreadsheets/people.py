"""Borrowers from a spreadsheet: of one MFI, or of several."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from apps.mfis.core.errors import InvalidInput
from apps.mfis.core.roles import Action
from apps.users.access.services.many_invitations import invite_many
from apps.users.accounts.models import BorrowerProfile
from apps.users.accounts.services.changing_many import CHANGED, Change, change_borrowers
from apps.users.accounts.services.many_borrowers import register_borrowers
from apps.users.accounts.services.people import PROFILE_FIELDS, Person, clean_person
from apps.users.accounts.services.withdrawing import withdraw_borrowers
from apps.users.operators.spreadsheets.known_people import KnownPeople
from apps.users.operators.spreadsheets.names import NAME_OPTIONS, name_of
from apps.users.operators.spreadsheets.people_columns import FURTHER
from apps.users.spreadsheets.kinds import Column, Context, Does, Interpreter, Kind, Made, Mode, Option, Row
from apps.users.spreadsheets.records import spoken
from apps.users.spreadsheets.values import Holds

PHONE_NAMES = (
    *(
        "phone number",
        "phone no",
        "mobile",
        "mobile no",
        "mobile number",
        "cell",
        "cell no",
        "cellphone",
        "cell number",
    ),
    *("telephone", "tel", "tel no", "contact", "contact no", "contact number", "mohala"),
)


class PeopleKind(Kind):
    """Borrowers. They get no password: they sign up by invitation. Rows already imported are passed over."""

    name = "people"
    title = _("Import people")
    noun = _("people")
    action = Action.REGISTER_BORROWER
    on_public = True
    modes = (Mode.INSERT, Mode.UPDATE, Mode.UPSERT)
    keys = ("national_id", "phone", "email", "client_number")
    options = (
        Option(
            "invite",
            _("Invite them now, by SMS or e-mail"),
            holds=Holds.TRUTH,
            note=_("Everybody who is added gets a link of their own, by which they choose a password."),
        ),
        *NAME_OPTIONS,
    )
    columns: ClassVar[tuple[Column, ...]] = (
        Column(
            "full_name",
            "Name",
            "Lebitso",
            synonyms=(
                *("full name", "full names", "borrower", "client name", "names of client", "name of client"),
                *("member name", "customer name", "lebitso le fane"),
            ),
            example="Palesa Mokoena",
            note=_("Or the first name and the surname, in two columns."),
        ),
        Column("first_name", "First name", "Lebitso la pele", synonyms=("first names", "given name", "forename")),
        Column("middle_name", "Middle name", "Lebitso la bohareng", synonyms=("middle names", "second name")),
        Column("last_name", "Surname", "Fane", synonyms=("last name", "family name")),
        Column(
            "phone",
            "Phone",
            "Mohala",
            synonyms=PHONE_NAMES,
            holds=Holds.PHONE,
            example="+266 5812 3456",
            note=_("Everybody needs a phone or an e-mail."),
        ),
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
        *FURTHER,
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
                self._compare(row, person)

    def _compare(self, row: Row, person: Person) -> None:
        mode, key = self.context.mode, self.context.key
        row.ready = person
        changed = self.known.change(row, person, key) if mode != Mode.INSERT and getattr(person, key) else None
        if changed:
            row.record = str(changed.account_id)
        elif row.is_good and mode == Mode.UPDATE:
            row.fail(key, f"There is no borrower with {getattr(person, key) or 'an empty value'} here; add them first.")
        elif row.is_good:
            self.known.compare(row, person)
        row.kept = _spoken(row.ready)

    def _clean(self, row: Row) -> Person | None:
        """What a row tells of a borrower, in its one form; None, and why among its errors, where it cannot be kept."""
        try:
            return clean_person(_person(row, name_of(row, self.context.options)), today=self.context.today)
        except InvalidInput as error:
            row.fail_all(error.errors)
            return None

    def write(self, rows: list[Row]) -> None:
        self._register([row for row in rows if row.does == Does.INSERT])
        self._change([row for row in rows if row.does == Does.UPDATE])

    def _register(self, rows: list[Row]) -> None:
        people = [row.ready for row in rows]
        outcome = register_borrowers(people=people, actor=self.context.actor, today=self.context.today, are_clean=True)
        for row, became in zip(rows, outcome, strict=True):
            if became.refused:
                row.fail_all(became.refused.errors)
            else:
                row.record = str(became.account_id)
        if self.context.options.get("invite"):
            keys = [became.account_id for became in outcome if became.account_id]
            invite_many(account_ids=keys, actor=self.context.actor)

    def _change(self, rows: list[Row]) -> None:
        changes = [Change(UUID(row.record), row.ready) for row in rows]
        outcome = change_borrowers(changes=changes, actor=self.context.actor) if changes else []
        for row, became in zip(rows, outcome, strict=True):
            if isinstance(became, InvalidInput):
                row.fail_all(became.errors or {"": [became.message]})
            else:
                after = {name: getattr(row.ready, name) for name in CHANGED}
                row.was = {"before": _said(became), "after": _said(after)}

    def undo(self, made: list[Made]) -> dict[str, str]:
        added = [UUID(each.record) for each in made if each.does == Does.INSERT]
        stay = withdraw_borrowers(account_ids=added, actor=self.context.actor) if added else {}
        changed = [each for each in made if each.does == Does.UPDATE]
        return {str(key): why for key, why in stay.items()} | self._change_back(changed)

    def _change_back(self, made: list[Made]) -> dict[str, str]:
        """Brings back what stood before, where it stands still as the file had it."""
        now = people_now([UUID(each.record) for each in made])
        stay = {each.record: CHANGED_SINCE for each in made if _said(now.get(each.record, {})) != each.was["after"]}
        back = [Change(UUID(each.record), _from_said(each.was["before"])) for each in made if each.record not in stay]
        outcome = change_borrowers(changes=back, actor=self.context.actor) if back else []
        for change, became in zip(back, outcome, strict=True):
            if isinstance(became, InvalidInput):
                stay[str(change.account_id)] = became.message
        return stay


CHANGED_SINCE = "It was changed again since."


def people_now(keys: list[UUID]) -> dict[str, dict[str, Any]]:
    """What is known of borrowers now, by their keys as text."""
    names = ["account__full_name", *PROFILE_FIELDS]
    found = BorrowerProfile.objects.filter(pk__in=keys).values_list("pk", *names)
    return {str(key): dict(zip(CHANGED, values, strict=True)) for key, *values in found}


def _said(values: dict[str, Any]) -> dict[str, str]:
    """Values as they are kept beside a row, and compared."""
    plain = {name: "" if value is None else value for name, value in values.items()}
    return {name: f"{v:.2f}" if isinstance(v, Decimal) else str(v) for name, v in plain.items()}


READ_BACK: dict[str, Callable[[str], Any]] = {
    "date_of_birth": date.fromisoformat,
    "national_id_expires": date.fromisoformat,
    "net_monthly_income": Decimal,
    "dependants": int,
    "listed_employer_id": UUID,
}


def _from_said(said: dict[str, str]) -> Person:
    values: dict[str, Any] = dict(said)
    for name, read in READ_BACK.items():
        values[name] = read(said[name]) if said.get(name) else None
    return Person(**values)


def _person(row: Row, name: str) -> Person:
    told = {key: row.values.get(key) or "" for key in TEXTS if key != "full_name"}
    further: dict[str, Any] = {column.key: row.values.get(column.key) for column in FURTHER}
    return Person(
        full_name=name,
        date_of_birth=row.values.get("date_of_birth"),
        net_monthly_income=row.values.get("net_monthly_income"),
        **told,
        **further,
    )


TEXTS = ("full_name", "phone", "email", "national_id", "district", "village", "employer")


def _spoken(person: Person) -> dict[str, str]:
    """What would be kept of a person, as the preview shows it."""
    return {name: spoken(getattr(person, name)) for name in SHOWN}


SHOWN = (*TEXTS, "date_of_birth", "net_monthly_income", *(column.key for column in FURTHER))
