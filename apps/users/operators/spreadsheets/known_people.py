"""Whom an institution knows already, as rows of a file are compared with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from django_tenants.utils import tenant_context

from apps.mfis.core.roles import Role
from apps.mfis.tenancy.models import MFI
from apps.users.accounts.models import Account
from apps.users.accounts.services.people import PROFILE_FIELDS, Person
from apps.users.spreadsheets.reading import Row

KEYS = ("phone", "email", "national_id")
# What tells one person from another: a row that has another one is not the same person, or one of the two is wrong.
IDENTITY = (*KEYS, "date_of_birth")
LABELS = {
    "phone": "phone",
    "email": "e-mail",
    "national_id": "national ID",
    "date_of_birth": "date of birth",
    "net_monthly_income": "net monthly income",
}


@dataclass(frozen=True, slots=True)
class _Known:
    person: Person
    row: int = 0  # of the same file; 0: registered
    is_colleague: bool = False

    @property
    def where(self) -> str:
        return f"stands in row {self.row} already" if self.row else "is registered here already"


class KnownPeople:
    """The people of one institution by each of their natural keys, loaded once for a file, and those of rows before."""

    def __init__(self, people: Iterator[_Known]) -> None:
        self._by_key: dict[tuple[str, str], _Known] = {}
        for known in people:
            self._add(known)

    @classmethod
    def of(cls, mfi: MFI) -> KnownPeople:
        with tenant_context(mfi):
            return cls(_registered())

    def _add(self, known: _Known) -> None:
        for key in KEYS:
            if value := getattr(known.person, key):
                self._by_key[key, value] = known

    def compare(self, row: Row, person: Person) -> None:
        """Notes a row whose person is registered just so; fails one that shares a key and differs in what counts."""
        holders = {key: self._by_key.get((key, getattr(person, key))) for key in KEYS}
        met = {key: known for key, known in holders.items() if known}
        for key, known in met.items():
            if known.is_colleague:
                row.fail(key, f"{getattr(person, key)} already belongs to {known.person.full_name}, who works here.")
            elif known.person.full_name.casefold() != person.full_name.casefold():
                row.fail(key, f"{getattr(person, key)} already belongs to {known.person.full_name}, who {known.where}.")
        for known in {id(known): known for known in met.values()}.values():
            if not row.errors:
                _fail_differences(row, person, known)
        if row.errors or not met:
            self._add_good(row, person)
        elif any(known.row for known in met.values()):
            row.fail("full_name", f"{person.full_name} {next(iter(met.values())).where}; leave one of the rows out.")
        else:
            row.note = _note(person, next(iter(met.values())).person)

    def _add_good(self, row: Row, person: Person) -> None:
        if not row.errors:
            self._add(_Known(person, row.number))


def _registered() -> Iterator[_Known]:
    columns = ["full_name", "phone", "email", "role", *(f"profile__{name}" for name in PROFILE_FIELDS)]
    for name, phone, email, role, *profile in Account.objects.values_list(*columns):
        values: dict[str, Any] = {
            key: value for key, value in zip(PROFILE_FIELDS, profile, strict=True) if value is not None
        }
        person = Person(full_name=name, phone=phone or "", email=email or "", **values)
        yield _Known(person, is_colleague=role != Role.BORROWER)


def _differing(person: Person, known: Person, names: tuple[str, ...]) -> Iterator[tuple[str, object, object]]:
    """Field, what the file says and what is kept, where the file says something and it is another thing."""
    for name in names:
        said, kept = getattr(person, name), getattr(known, name)
        if said not in ("", None) and said != kept:
            yield name, said, kept


def _fail_differences(row: Row, person: Person, known: _Known) -> None:
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
