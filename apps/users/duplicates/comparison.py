"""Two accounts side by side, as people decide by it whether they are one person's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.formats import date_format

from apps.users.accounts.identity import format_phone
from apps.users.accounts.models import Account, BorrowerProfile

# What other rooms know of an account: a label, and what stands beside it.
known_elsewhere: list[tuple[str, Callable[[Account], object]]] = []

ON_THE_ACCOUNT: tuple[tuple[str, Callable[[Account], object]], ...] = (
    ("Name", lambda account: account.full_name),
    ("Phone", lambda account: format_phone(account.phone)),
    ("E-mail", lambda account: account.email),
)
LEFT_OUT = {"account", "claimed_national_id"}


@dataclass(frozen=True, slots=True)
class Compared:
    """A particular of both accounts."""

    label: str
    one: object
    other: object

    @property
    def differs(self) -> bool:
        """Whether both have it, and not the same."""
        return bool(self.one) and bool(self.other) and self.one != self.other

    @property
    def is_same(self) -> bool:
        return bool(self.one) and self.one == self.other


def compare(one: Account, other: Account) -> list[Compared]:
    """Every particular that either of the accounts has."""
    ours, theirs = _particulars(one), _particulars(other)
    rows = [Compared(label, ours.get(label, ""), theirs.get(label, "")) for label in {**ours, **theirs}]
    return [row for row in rows if row.one or row.other]


def _particulars(account: Account) -> dict[str, object]:
    values = {label: value(account) for label, value in ON_THE_ACCOUNT}
    profile = BorrowerProfile.objects.filter(pk=account.pk).first()
    for field in BorrowerProfile._meta.local_fields if profile else ():
        if field.name not in LEFT_OUT:
            values[str(field.verbose_name).capitalize()] = _shown(profile, field.name)
    values["Registered"] = date_format(account.created_at)
    values["Signs in"] = "Yes" if account.has_usable_password() else "No"
    return values | {label: value(account) for label, value in known_elsewhere}


def _shown(profile: BorrowerProfile | None, name: str) -> object:
    """A value of the profile as people read it; empty where there is none."""
    spoken = getattr(profile, f"get_{name}_display", None)
    value = spoken() if spoken else getattr(profile, name)
    if hasattr(value, "isoformat"):
        return date_format(value)
    return "" if value is None else value
