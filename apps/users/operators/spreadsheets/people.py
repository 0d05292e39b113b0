"""People of several MFIs from one spreadsheet."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db import transaction
from django_tenants.utils import tenant_context

from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.errors import InvalidInput, ServiceError
from apps.mfis.tenancy.models import MFI
from apps.users.accounts.models import Account, BorrowerProfile
from apps.users.accounts.services.borrowers import register_borrower
from apps.users.accounts.services.people import Person, clean_person
from apps.users.spreadsheets.plan import Importer, Progress, row_refused
from apps.users.spreadsheets.reading import Column, Row, read_amount, read_date


@dataclass(frozen=True, slots=True)
class _Known:
    """The natural keys that an MFI already has, loaded once for the whole file: value → name."""

    phones: dict[str, str]
    emails: dict[str, str]
    national_ids: dict[str, str]


class PeopleImport(Importer):
    """Borrowers. They get no password: they sign up by invitation. Rows already imported are passed over."""

    title = "Import people"
    noun = "people"
    columns = [
        Column("mfi", "MFI", required=True, also=("subdomain", "institution")),
        Column("full_name", "Name", required=True, also=("full name",)),
        Column("phone", "Phone", also=("mobile", "cell")),
        Column("email", "E-mail"),
        Column("national_id", "National ID", also=("id number",)),
        Column("date_of_birth", "Date of birth", also=("born", "dob")),
        Column("district", "District"),
        Column("village", "Village", also=("town",)),
        Column("employer", "Employer"),
        Column("net_monthly_income", "Net monthly income", also=("income", "net pay")),
    ]

    def check(self, rows: list[Row]) -> None:
        institutions = list(MFI.objects.all())
        mfis = {mfi.subdomain: mfi for mfi in institutions} | {mfi.name.lower(): mfi for mfi in institutions}
        known: dict[str, _Known] = {}
        for row in rows:
            mfi = mfis.get(row.cells["mfi"].strip().lower())
            if mfi is None:
                row.fail("mfi", f"No MFI is called “{row.cells['mfi']}”; write its name or subdomain.")
                continue
            if mfi.schema_name not in known:
                known[mfi.schema_name] = _load(mfi)
            self._check_row(row, mfi, known[mfi.schema_name])

    def _check_row(self, row: Row, mfi: MFI, known: _Known) -> None:
        try:
            person = clean_person(_person(row), today=business_date())
        except InvalidInput as error:
            row.fail_all(error.errors)
            return
        if not row.errors:
            _check_keys(row, person, known)
            row.ready = (mfi, person)

    def write(self, rows: list[Row], *, actor: Actor, progress: Progress) -> int:
        by_mfi: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            by_mfi[row.ready[0].schema_name].append(row)
        done = 0
        with transaction.atomic():
            for batch in by_mfi.values():
                with tenant_context(batch[0].ready[0]):
                    for row in batch:
                        _register(row, actor)
                        done += 1
                        if done % 100 == 0 or done == len(rows):
                            progress(done, len(rows))
        return done


def _register(row: Row, actor: Actor) -> None:
    try:
        register_borrower(person=row.ready[1], actor=actor, today=business_date())
    except ServiceError as error:
        raise row_refused(row, error) from error


def _person(row: Row) -> Person:
    """What a row tells of a borrower; cells that cannot be read are among its errors, and left out."""
    values = {key: text for key, text in row.cells.items() if key not in ("mfi", "date_of_birth", "net_monthly_income")}
    born = income = None
    try:
        born = read_date(row.cells.get("date_of_birth", ""))
    except ValueError as error:
        row.fail("date_of_birth", str(error))
    try:
        income = read_amount(row.cells.get("net_monthly_income", ""))
    except ValueError as error:
        row.fail("net_monthly_income", str(error))
    return Person(**values, date_of_birth=born, net_monthly_income=income)


def _load(mfi: MFI) -> _Known:
    with tenant_context(mfi):
        accounts = list(Account.objects.values_list("full_name", "phone", "email"))
        profiles = list(BorrowerProfile.objects.values_list("account__full_name", "national_id"))
    return _Known(
        {phone: name for name, phone, _ in accounts if phone},
        {email: name for name, _, email in accounts if email},
        {number: name for name, number in profiles if number},
    )


def _check_keys(row: Row, person: Person, known: _Known) -> None:
    """The same person again is passed over; the same number under another name is a fault."""
    taken = {
        "phone": known.phones.get(person.phone) if person.phone else None,
        "email": known.emails.get(person.email) if person.email else None,
        "national_id": known.national_ids.get(person.national_id) if person.national_id else None,
    }
    names = {name for name in taken.values() if name}
    if names == {person.full_name}:
        row.note = "already registered"
        return
    for key, name in taken.items():
        if name:
            row.fail(key, f"{getattr(person, key)} already belongs to {name} at this MFI.")
    if row.errors:
        return
    known.phones[person.phone] = known.emails[person.email] = person.full_name
    known.national_ids[person.national_id] = person.full_name
