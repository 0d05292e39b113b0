"""Whom an institution knows already, as rows of a file are compared with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any
from uuid import UUID

from apps.mfis.core.roles import Role
from apps.users.accounts.queries import KnownRow, people_with_keys
from apps.users.accounts.services.people import PROFILE_FIELDS, Person
from apps.users.spreadsheets.kinds import Does, Row

KEYS = ("phone", "email", "national_id", "client_number")
# What tells one person from another: a row that has another one is not the same person, or one of the two is wrong.
IDENTITY = (*KEYS, "date_of_birth")
LABELS = {
    "phone": "phone",
    "email": "e-mail",
    "national_id": "national ID",
    "client_number": "client number",
    "date_of_birth": "date of birth",
    "net_monthly_income": "net monthly income",
}


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is registered, or stands in a row before."""

    person: Person
    row: int = 0  # of the same file; 0: registered
    is_colleague: bool = False
    account_id: UUID | None = None

    @property
    def where(self) -> str:
        return f"stands in row {self.row} already" if self.row else "is registered here already"


class KnownPeople:
    """The people of the present schema by each of their natural keys, looked up chunk by chunk, and those of the rows
    before."""

    def __init__(self) -> None:
        self._before: dict[tuple[str, str], Known] = {}
        self._here: dict[tuple[str, str], Known] = {}

    def look_up(self, people: Iterable[Person]) -> None:
        """Loads whoever has a key of one of these people."""
        self._here = {}
        for columns in people_with_keys(people):
            known = _registered(columns)
            for key in KEYS:
                if value := getattr(known.person, key):
                    self._here[key, value] = known

    def _met(self, person: Person) -> dict[str, Known]:
        """Whoever has one of the person's keys, by the key."""
        met = {}
        for key in KEYS:
            if value := getattr(person, key):
                known = self._here.get((key, value)) or self._before.get((key, value))
                if known:
                    met[key] = known
        return met

    def compare(self, row: Row, person: Person) -> None:
        """Notes a row whose person is registered just so; fails one that shares a key and differs in what counts."""
        met = self._met(person)
        if not met:
            self._add_good(row, person)
            return
        for key, known in met.items():
            if known.is_colleague:
                row.fail(key, f"{getattr(person, key)} already belongs to {known.person.full_name}, who works here.")
            elif known.person.full_name.casefold() != person.full_name.casefold():
                row.fail(key, f"{getattr(person, key)} already belongs to {known.person.full_name}, who {known.where}.")
        for known in {id(known): known for known in met.values()}.values():
            if not row.errors:
                _fail_differences(row, person, known)
        if row.errors:
            return
        same = next((known.row for known in met.values() if known.row and known.person == person), 0)
        if same:
            row.pass_over(f"as in row {same}")
        elif any(known.row for known in met.values()):
            row.fail("full_name", f"{person.full_name} {next(iter(met.values())).where}; leave one of the rows out.")
        else:
            row.pass_over(_note(person, next(iter(met.values())).person))

    def change(self, row: Row, person: Person, key: str) -> Known | None:
        """Whoever is recognised by the key, whom the row changes; None where there is nobody, or the row is faulty or
        changes nothing. `row.ready` is then what is to be kept of them: what the file leaves empty stays."""
        known = self._here.get((key, getattr(person, key)))
        before = self._before.get((key, getattr(person, key)))
        if before and not row.errors and not any(_differing(person, before.person, ALL)):
            row.pass_over(f"as in row {before.row}")
            return None
        if before:
            row.fail(key, f"{getattr(person, key)} {before.where}; leave one of the rows out.")
        if known is None or row.errors:
            return None
        if known.is_colleague:
            row.fail(key, f"{getattr(person, key)} already belongs to {known.person.full_name}, who works here.")
        self._fail_others(row, person, known)
        told: dict[str, Any] = {name: said for name, said, _ in _differing(person, known.person, ALL)}
        kept = replace(known.person, **told)
        row.does = Does.UPDATE
        if kept == known.person and not row.errors:
            row.pass_over("already so")
        row.ready = kept
        self._add_good(row, kept)
        return known if row.is_good else None

    def _fail_others(self, row: Row, person: Person, known: Known) -> None:
        for name, said, kept in _differing(person, known.person, KEYS):
            holder = self._here.get((name, str(said)))
            if holder and holder.account_id != known.account_id:
                row.fail(name, f"{said} already belongs to {holder.person.full_name}, who {holder.where}.")
            elif name not in ("national_id", "client_number"):
                row.fail(
                    name,
                    f"{known.person.full_name} has {kept or 'none'} here, and the file says {said}; phone and e-mail "
                    "change on the borrower's page, with a second person or the borrower's code.",
                )

    def _add_good(self, row: Row, person: Person) -> None:
        if row.errors:
            return
        known = Known(person, row.number)
        for key in KEYS:
            if value := getattr(person, key):
                self._before[key, value] = known


ALL = tuple(field.name for field in fields(Person))


def _registered(columns: KnownRow) -> Known:
    values: dict[str, Any] = {
        key: value for key, value in zip(PROFILE_FIELDS, columns.profile, strict=True) if value is not None
    }
    person = Person(full_name=columns.full_name, phone=columns.phone or "", email=columns.email or "", **values)
    return Known(person, is_colleague=columns.role != Role.BORROWER, account_id=columns.account_id)


def _differing(person: Person, known: Person, names: tuple[str, ...]) -> Iterator[tuple[str, object, object]]:
    """Field, what the file says and what is kept, where the file says something and it is another thing."""
    for name in names:
        said, kept = getattr(person, name), getattr(known, name)
        if said not in ("", None) and said != kept:
            yield name, said, kept


def _fail_differences(row: Row, person: Person, known: Known) -> None:
    for name, said, kept in _differing(person, known.person, IDENTITY):
        label = LABELS[name]
        row.fail(
            name,
            f"{person.full_name} {known.where}, with {f'the {label} {kept}' if kept else f'no {label}'}; the file says "
            f"{said}. Correct the file, or change it under Borrowers and send the row again.",
        )


def _note(person: Person, known: Person) -> str:
    others = tuple(field.name for field in fields(Person) if field.name not in (*IDENTITY, "full_name"))
    differing = [
        f"{LABELS.get(name, name)} {said} (here: {kept or 'none'})"
        for name, said, kept in _differing(person, known, others)
    ]
    return "already registered" + (
        f"; the file has another {', '.join(differing)}, which is left out" if differing else ""
    )
