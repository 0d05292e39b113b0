"""Whom the rows of a file mean: borrowers by national ID or phone, colleagues by e-mail or name."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from apps.loans.groups.models import Membership
from apps.mfis.core.errors import sentences_of
from apps.mfis.core.folding import fold
from apps.mfis.core.roles import Role
from apps.mfis.core.texts import shown
from apps.users.accounts.identity import lesotho_phone, national_id
from apps.users.accounts.models import Account
from apps.users.accounts.queries import people_with_keys
from apps.users.spreadsheets.kinds import Row

CLEAN = {"national_id": national_id, "phone": lesotho_phone}
LABELS = {"national_id": "national ID", "phone": "phone"}


@dataclass(frozen=True, slots=True)
class Keys:
    """By what a row names a borrower, in its one form."""

    national_id: str = ""
    phone: str = ""
    email: str = ""
    client_number: str = ""


@dataclass(frozen=True, slots=True)
class Borrower:
    """A borrower whom a row names, and the group that they are in by now."""

    id: UUID
    name: str
    membership: Membership | None


class Members:
    """Borrowers of the present schema, looked up chunk by chunk."""

    def __init__(self, columns: frozenset[str]) -> None:
        self.key = next(name for name in CLEAN if name in columns)  # the column at which a fault is told
        self.by_key: dict[tuple[str, str], Any] = {}
        self.memberships: dict[UUID, Membership] = {}

    def look_up(self, rows: list[Row]) -> dict[int, Borrower]:
        """Whom each row means, by its number; who is not found is among the row's errors."""
        keys = {row.number: self._keys(row) for row in rows}
        self.by_key = {}
        for known in people_with_keys(keys.values()):
            self.by_key["phone", known.phone or ""] = known
            self.by_key["national_id", known.profile[0] or ""] = known
        here = [known.account_id for known in self.by_key.values()]
        current = Membership.objects.current().filter(borrower__in=here).select_related("group")
        self.memberships = {membership.borrower_id: membership for membership in current}
        found = {row.number: self._of(row, keys[row.number]) for row in rows}
        return {number: borrower for number, borrower in found.items() if borrower}

    def _keys(self, row: Row) -> Keys:
        said: dict[str, str] = {}
        for name, clean in CLEAN.items():
            try:
                said[name] = clean(text) if (text := row.values.get(name)) else ""
            except ValidationError as error:
                row.fail(name, " ".join(sentences_of(error)))
        return Keys(**said)

    def _of(self, row: Row, keys: Keys) -> Borrower | None:
        said = [(name, value) for name in CLEAN if (value := getattr(keys, name))]
        if not said and not CLEAN.keys() & row.errors.keys():
            row.fail(self.key, "Say who it is, by national ID or phone.")
        found = [(name, value, self.by_key.get((name, value))) for name, value in said]
        known = next((known for _, _, known in found if known), None)
        for name, value, other in found:
            if other is None:
                row.fail(
                    name, f"Nobody here has the {LABELS[name]} {value}; register the borrower first, or correct it."
                )
            elif known and other is not known:
                row.fail(
                    name, f"{value} belongs to {other.full_name}, the other column to {known.full_name}; mend one."
                )
        if known is None or CLEAN.keys() & row.errors.keys():
            return None
        return self._checked(row, known)

    def _checked(self, row: Row, known: Any) -> Borrower | None:
        name = row.values.get("member")
        if known.role != Role.BORROWER:
            row.fail(self.key, f"{known.full_name} works here, and is no borrower.")
        elif name and set(fold(name).split()) != set(fold(known.full_name).split()):
            text = (
                f"{known.full_name} is registered with these numbers, the file says “{shown(name)}”; mend one of them."
            )
            row.fail("member", text)
        else:
            return Borrower(known.account_id, known.full_name, self.memberships.get(known.account_id))
        return None


class Officers:
    """The colleagues of the present schema, loaded once for a file."""

    def __init__(self) -> None:
        self.by_name: dict[str, list[Account]] = defaultdict(list)
        for account in Account.objects.exclude(role=Role.BORROWER).filter(is_active=True):
            for name in filter(None, (account.email, fold(account.full_name))):
                self.by_name[name].append(account)

    def of(self, row: Row) -> Account | None:
        """The colleague whom the row names; None where it names none, and why among its errors where it should."""
        text = row.values.get("officer")
        if not text:
            return None
        found = self.by_name.get(text.lower()) or self.by_name.get(fold(text)) or []
        if len(found) == 1:
            return found[0]
        how_many = f"{len(found)} colleagues are called" if found else "No colleague is called"
        row.fail("officer", f"{how_many} “{shown(text)}”; write the e-mail of one.")
        return None
