"""People of several MFIs from one spreadsheet."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields
from typing import Any

from django.db import transaction
from django_tenants.utils import tenant_context

from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import InvalidInput, ServiceError
from apps.mfis.tenancy.models import MFI
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person, clean_person
from apps.users.operators.spreadsheets.known_people import KnownPeople
from apps.users.operators.spreadsheets.lenders import Lenders
from apps.users.spreadsheets.plan import Importer, Progress, row_refused
from apps.users.spreadsheets.reading import Column, Row
from apps.users.spreadsheets.values import Holds, read_amount, read_date

PHONE_NAMES = ("phone number", "mobile", "mobile number", "cell", "cellphone", "cell number", "telephone", "mohala")


class PeopleImport(Importer):
    """Borrowers. They get no password: they sign up by invitation. Rows already imported are passed over."""

    title = "Import people"
    noun = "people"
    columns = [
        Column("mfi", "MFI", required=True, also=("subdomain", "institution")),
        Column("full_name", "Name", required=True, also=("full name", "full names", "borrower", "lebitso")),
        Column("phone", "Phone", also=PHONE_NAMES, holds=Holds.PHONE),
        Column("email", "E-mail", also=("e-mail address",)),
        Column(
            "national_id",
            "National ID",
            also=("id number", "id no", "national id number", "identity number"),
            holds=Holds.DIGITS,
        ),
        Column(
            "date_of_birth", "Date of birth", also=("born", "dob", "birth date", "letsatsi la tsoalo"), holds=Holds.DATE
        ),
        Column("district", "District", also=("setereke",)),
        Column("village", "Village", also=("town", "village or town", "motse")),
        Column("employer", "Employer", also=("mohiri",)),
        Column(
            "net_monthly_income", "Net monthly income", also=("income", "net income", "net pay"), holds=Holds.AMOUNT
        ),
    ]

    def check(self, rows: list[Row]) -> None:
        lenders, known = Lenders(), {}
        for row in rows:
            person = _clean(row)
            mfi = lenders.of(row)
            if mfi is None or person is None or row.errors:
                continue
            if mfi.schema_name not in known:
                known[mfi.schema_name] = KnownPeople.of(mfi)
            known[mfi.schema_name].compare(row, person)
            row.ready = (mfi, person)
            row.kept = {"mfi": f"{mfi.name} ({mfi.subdomain})", **_spoken(person)}

    def write(self, rows: list[Row], *, actor: Actor, progress: Progress) -> int:
        by_mfi: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            by_mfi[row.ready[0].schema_name].append(row)
        done = 0
        with transaction.atomic():
            for batch in by_mfi.values():
                with tenant_context(_open_still(batch)):
                    for row in batch:
                        _register(row, actor)
                        done += 1
                        if done % 100 == 0 or done == len(rows):
                            progress(done, len(rows))
        return done


def _open_still(batch: list[Row]) -> MFI:
    """The institution of a batch, locked: it cannot be suspended before the batch is written.

    Raises:
        InvalidInput: it was suspended since the file was checked.
    """
    mfi = MFI.objects.select_for_update().get(pk=batch[0].ready[0].pk)
    if mfi.status != MFI.Status.ACTIVE:
        sentence = f"{mfi.name} is {mfi.get_status_display().lower()}; reopen it, or leave its rows out."
        raise row_refused(batch[0], InvalidInput(sentence, field="mfi"))
    return mfi


def _register(row: Row, actor: Actor) -> None:
    try:
        register_borrower(person=row.ready[1], actor=actor, today=business_date())
    except ServiceError as error:
        raise row_refused(row, error) from error


def _clean(row: Row) -> Person | None:
    """What a row tells of a borrower, in its one form; None, and why in the row's errors, where that cannot be kept."""
    try:
        return clean_person(_person(row), today=business_date())
    except InvalidInput as error:
        row.fail_all(error.errors)
        return None


def _person(row: Row) -> Person:
    """What a row tells of a borrower; cells that cannot be read are among its errors, and left out."""
    values: dict[str, Any] = {key: text for key, text in row.cells.items() if key != "mfi"}
    for key, read in (("date_of_birth", read_date), ("net_monthly_income", read_amount)):
        try:
            values[key] = read(values.get(key, ""))
        except ValueError as error:
            values[key] = None
            row.fail(key, str(error))
    return Person(**values)


def _spoken(person: Person) -> dict[str, str]:
    """What would be kept of a person, as the preview shows it."""
    values = {field.name: getattr(person, field.name) for field in fields(person)}
    return {
        name: f"{value:%-d %B %Y}" if name == "date_of_birth" and value else str(value or "")
        for name, value in values.items()
    }
