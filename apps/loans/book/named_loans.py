"""Which loan a row of a spreadsheet names: by its number here, or by what another system called it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.loans.book.models import Loan
from apps.mfis.core.folding import fold
from apps.mfis.core.texts import shown
from apps.users.spreadsheets.kinds import Column, Row

LOAN_COLUMNS = (
    Column(
        "loan",
        "Loan",
        "Kalimo",
        required=True,
        synonyms=(
            *("a/c no", "loan number", "loan no", "loan id", "loan account", "loan account no", "loan account number"),
            *(
                "account",
                "account no",
                "account number",
                "external id",
                "loan external id",
                "contract no",
                "nomoro ea kalimo",
            ),
        ),
        example="LA000123-4",
        note=_("Its number here, or in the system it was taken on from."),
    ),
    Column(
        "borrower",
        "Borrower",
        "Moalimuoa",
        synonyms=("borrower name", "client", "client name", "member name", "customer", "lebitso la moalimuoa"),
        example="Palesa Mokoena",
        note=_("Held against the name that is registered."),
    ),
)

# The columns of a loan that name it: of two systems' numbers neither need be unlike the other.
NAMES = ("number", "external_number")


def _name(text: str) -> str:
    return text.strip().casefold()


class NamedLoans:
    """Loans of the present schema, looked up chunk by chunk."""

    def look_up(self, rows: Collection[Row]) -> dict[int, Loan]:
        """The loan of each row, by its number; where there is none, why stands among the row's errors."""
        said = {_name(text) for row in rows if (text := row.values.get("loan"))}
        known: dict[str, dict[object, Loan]] = defaultdict(dict)
        for loan in self._called(said | {text.upper() for text in said}, rows):
            for name in NAMES:
                known[_name(getattr(loan, name))][loan.pk] = loan
        return {row.number: of_row for row in rows if (of_row := self._of(row, known))}

    def _called(self, names: set[str], rows: Collection[Row]) -> Collection[Loan]:
        written = names | {row.values["loan"].strip() for row in rows if row.values.get("loan")}
        called = Q()
        for name in NAMES:
            called |= Q(**{f"{name}__in": written})
        return Loan.objects.there().filter(called).select_related("state", "borrower", "product")

    def _of(self, row: Row, known: dict[str, dict[object, Loan]]) -> Loan | None:
        text = row.values.get("loan")
        if not text:
            if "loan" not in row.errors:
                row.fail("loan", "Say which loan, by its number.")
            return None
        found = list(known.get(_name(text), {}).values())
        if len(found) != 1:
            numbers = " and ".join(loan.number for loan in found)
            many = f"“{shown(text)}” names {numbers}; write the number here of the one that is meant."
            row.fail("loan", many if found else f"No loan is called “{shown(text)}”; write its number here.")
            return None
        return self._checked(row, found[0])

    def _checked(self, row: Row, loan: Loan) -> Loan | None:
        """The loan, if it is of the borrower whom the row names."""
        name = row.values.get("borrower")
        if name and set(fold(name).split()) != set(fold(loan.borrower.full_name).split()):
            text = (
                f"Loan {loan.number} is of {loan.borrower.full_name}, the file says “{shown(name)}”; mend one of them."
            )
            row.fail("borrower", text)
            return None
        return loan
