"""Which borrower a row of a spreadsheet means: by national ID, phone, or the number that another system gave them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.mfis.core.errors import sentences_of
from apps.mfis.core.folding import fold
from apps.mfis.core.roles import Role
from apps.mfis.core.texts import shown
from apps.users.accounts.identity import lesotho_phone, national_id
from apps.users.accounts.models import BorrowerProfile
from apps.users.spreadsheets.kinds import Column, Row
from apps.users.spreadsheets.values import Holds

BORROWER_COLUMNS = (
    Column(
        "national_id",
        "National ID",
        "Nomoro ea boitsebiso",
        synonyms=("id number", "id no", "national id number", "identity number"),
        holds=Holds.DIGITS,
        example="012345678901",
        note=_("One of national ID, phone and client number says whose it is; those that are given must agree."),
    ),
    Column(
        "phone",
        "Phone",
        "Mohala",
        synonyms=("cell", "cell no", "cell number", "mobile", "mobile no", "phone number", "contact", "mohala"),
        holds=Holds.PHONE,
        example="+266 5812 3456",
    ),
    Column(
        "client_number",
        "Client number",
        "Nomoro ea moalimuoa",
        synonyms=("client external id", "client id", "client no", "member no", "member number", "customer no"),
        holds=Holds.DIGITS,
        example="C000123",
        note=_("The number that the other system gave the borrower."),
    ),
    Column(
        "borrower",
        "Borrower",
        "Moalimuoa",
        synonyms=("borrower name", "client", "client name", "names of client", "member name", "customer"),
        example="Palesa Mokoena",
        note=_("Held against the name that is registered."),
    ),
)
READERS: dict[str, Callable[[str], str]] = {
    "national_id": national_id,
    "phone": lesotho_phone,
    "client_number": str.strip,
}


@dataclass(frozen=True, slots=True)
class NamedBorrower:
    """A borrower as a row names them."""

    id: UUID
    name: str


class NamedBorrowers:
    """Borrowers of the present schema, looked up chunk by chunk."""

    def look_up(self, rows: Collection[Row]) -> dict[int, NamedBorrower]:
        """The borrower of each row; where there is none, why stands among the row's errors."""
        said = {row.number: self._said(row) for row in rows}
        known = _known(said.values())
        return {row.number: found for row in rows if (found := self._of(row, said[row.number], known))}

    def _said(self, row: Row) -> dict[str, str]:
        """The numbers that a row gives, each in its one form."""
        said = {}
        for key, read in READERS.items():
            if text := row.values.get(key):
                try:
                    said[key] = read(text)
                except ValidationError as error:
                    row.fail(key, sentences_of(error)[0])
        return said

    def _of(self, row: Row, said: dict[str, str], known: dict[tuple[str, str], NamedBorrower]) -> NamedBorrower | None:
        if not said:
            if not any(key in row.errors for key in READERS):
                row.fail("national_id", "Say whose loan it is, by national ID, phone or client number.")
            return None
        found = {key: known.get((key, value)) for key, value in said.items()}
        for key, borrower in found.items():
            if borrower is None:
                row.fail(key, f"No borrower here has {shown(said[key])}; bring the people in first.")
        people = {borrower.id: borrower for borrower in found.values() if borrower}
        if len(people) > 1:
            names = " and ".join(borrower.name for borrower in people.values())
            row.fail(next(iter(said)), f"These numbers are of {names}; mend the one that is wrong.")
        if len(people) != 1 or None in found.values():
            return None
        return self._checked(row, next(iter(people.values())))

    def _checked(self, row: Row, borrower: NamedBorrower) -> NamedBorrower | None:
        """The borrower, if it is whom the row names."""
        name = row.values.get("borrower")
        if name and set(fold(name.replace(",", " ")).split()) != set(fold(borrower.name).split()):
            row.fail("borrower", f"Registered is {borrower.name}, the file says “{shown(name)}”; mend one of them.")
            return None
        return borrower


def _known(said: Collection[dict[str, str]]) -> dict[tuple[str, str], NamedBorrower]:
    """The borrowers that have any of these numbers, by each of them."""
    values = {key: {numbers[key] for numbers in said if key in numbers} for key in READERS}
    any_of = (
        Q(national_id__in=values["national_id"])
        | Q(account__phone__in=values["phone"])
        | Q(client_number__in=values["client_number"])
    )
    standing = {"account__role": Role.BORROWER, "account__merged_into": None}
    columns = ("national_id", "account__phone", "client_number", "pk", "account__full_name")
    known = {}
    for national, phone, client, pk, name in BorrowerProfile.objects.filter(any_of, **standing).values_list(*columns):
        borrower = NamedBorrower(pk, name)
        for key, value in (("national_id", national), ("phone", phone), ("client_number", client)):
            if value:
                known[key, value] = borrower
    return known
