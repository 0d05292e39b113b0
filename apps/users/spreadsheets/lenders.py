"""Which institution a row is about."""

from __future__ import annotations

from collections import defaultdict

from apps.mfis.core.texts import shown
from apps.mfis.tenancy.models import MFI
from apps.users.spreadsheets.kinds import LENDER, Row


class Lenders:
    """The institutions, loaded once for a file. Each is named by its subdomain, or by a name that it has alone."""

    def __init__(self) -> None:
        self.by_subdomain: dict[str, MFI] = {}
        self.by_name: dict[str, list[MFI]] = defaultdict(list)
        for mfi in MFI.objects.all():
            self.by_subdomain[mfi.subdomain] = mfi
            self.by_name[" ".join(mfi.name.split()).casefold()].append(mfi)

    def of(self, row: Row) -> MFI | None:
        """The institution that the row names; None, and why among its errors, where it names none that is open."""
        if LENDER in row.errors:
            return None
        text = row.cells.get(LENDER, "")
        named = self.by_name[" ".join(text.split()).casefold()]
        found = self.by_subdomain.get(text.lower()) or (named[0] if len(named) == 1 else None)
        if found is None:
            row.fail(LENDER, self._unknown(text, named))
        elif found.status != MFI.Status.ACTIVE:
            row.fail(LENDER, not_open(found))
        return found

    def _unknown(self, text: str, named: list[MFI]) -> str:
        if not text:
            return "Say whose this is, by the institution's subdomain."
        if named:
            subdomains = " or ".join(sorted(mfi.subdomain for mfi in named))
            return f"“{shown(text)}” is the name of {len(named)} MFIs; write the subdomain: {subdomains}."
        return f"No MFI is called “{shown(text)}”; write its name or subdomain."


def not_open(mfi: MFI) -> str:
    """Why nothing is imported for an institution that is not active."""
    return f"{mfi.name} is {mfi.get_status_display().lower()}; reopen it, or leave its rows out."


def locked(mfi: MFI) -> MFI:
    """The institution as it stands now, which cannot be suspended before the transaction ends."""
    return MFI.objects.select_for_update().get(pk=mfi.pk)
