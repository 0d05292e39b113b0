"""Which institution a row is about."""

from __future__ import annotations

from collections import defaultdict

from apps.mfis.core.texts import shown
from apps.mfis.tenancy.models import MFI
from apps.users.spreadsheets.reading import Row


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
        if "mfi" in row.errors:
            return None
        text = row.cells["mfi"]
        named = self.by_name[" ".join(text.split()).casefold()]
        found = self.by_subdomain.get(text.lower()) or (named[0] if len(named) == 1 else None)
        if found is None:
            row.fail("mfi", self._unknown(text, named))
        elif found.status != MFI.Status.ACTIVE:
            row.fail("mfi", f"{found.name} is {found.get_status_display().lower()}; reopen it, or leave its rows out.")
        return found

    def _unknown(self, text: str, named: list[MFI]) -> str:
        if not text:
            return "Say whose borrower this is, by the institution's subdomain."
        if named:
            subdomains = " or ".join(sorted(mfi.subdomain for mfi in named))
            return f"“{shown(text)}” is the name of {len(named)} MFIs; write the subdomain: {subdomains}."
        return f"No MFI is called “{shown(text)}”; write its name or subdomain."
