"""Two accounts side by side, as people decide by it whether they are one person's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.text import capfirst

from apps.mfis.core.folding import fold
from apps.users.accounts.identity import format_phone
from apps.users.accounts.models import Account, BorrowerProfile

# What other rooms know of an account: a label, and what stands beside it.
known_elsewhere: list[tuple[str, Callable[[Account], object]]] = []

ON_THE_ACCOUNT: tuple[tuple[str, Callable[[Account], object]], ...] = (
    ("Name", lambda account: account.full_name),
    ("Phone", lambda account: format_phone(account.phone)),
    ("E-mail", lambda account: account.email),
)
ABOUT_THE_ACCOUNT: tuple[tuple[str, Callable[[Account], object]], ...] = (
    ("Registered", lambda account: date_format(account.created_at)),
    ("Signs in", lambda account: "Yes" if account.has_usable_password() else "No"),
)
LEFT_OUT = {"account", "claimed_national_id"}


@dataclass(frozen=True, slots=True)
class Compared:
    """A particular of both accounts; `tells` whether it says anything of who somebody is."""

    label: str
    one: object
    other: object
    tells: bool = True

    @property
    def differs(self) -> bool:
        """Whether both have it, and not the same."""
        return self.tells and bool(self.one and self.other) and not self.is_same

    @property
    def is_same(self) -> bool:
        """The words of a name count in any order, without accents."""
        return self.tells and bool(self.one) and _plain(self.one) == _plain(self.other)


def compare(one: Account, other: Account) -> list[Compared]:
    """Every particular that either of the accounts has."""
    ours, theirs = _particulars(one), _particulars(other)
    about = {label for label, _ in (*ABOUT_THE_ACCOUNT, *known_elsewhere)}
    rows = [Compared(n, ours.get(n, ""), theirs.get(n, ""), n not in about) for n in {**ours, **theirs}]
    return [row for row in rows if row.one or row.other]


def _particulars(account: Account) -> dict[str, object]:
    values = {label: value(account) for label, value in ON_THE_ACCOUNT}
    profile = BorrowerProfile.objects.filter(pk=account.pk).first()
    for field in BorrowerProfile._meta.local_fields if profile else ():
        if field.name not in LEFT_OUT:
            values[capfirst(str(field.verbose_name))] = _shown(profile, field.name)
    return values | {label: value(account) for label, value in (*ABOUT_THE_ACCOUNT, *known_elsewhere)}


def _plain(value: object) -> list[str]:
    return sorted(fold(str(value)).split())


def _shown(profile: BorrowerProfile | None, name: str) -> object:
    """A value of the profile as people read it; empty where there is none."""
    spoken = getattr(profile, f"get_{name}_display", None)
    value = spoken() if spoken else getattr(profile, name)
    if hasattr(value, "isoformat"):
        return date_format(value)
    return "" if value is None else value
