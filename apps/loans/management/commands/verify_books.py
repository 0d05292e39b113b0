"""Checks every invariant of the loans and of the ledger, MFI by MFI, and names each break.

1. The chain over loan events: each link covers its row and the link before it.
2. The journal: entries balance, have two lines or more on their own day, and none was posted into a closed period.
3. No row names one that does not exist.
4. Control accounts equal the sub-ledger.
5. Each loan: projection equals fold, the books equal what the fold asks for, receipts and principal add up.
It ends with 1 when anything is broken.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.management.base import CommandError
from django_tenants.utils import tenant_context

from apps.loans.ledger.verification import check_books
from apps.mfis.core.actor import OPERATOR
from apps.mfis.tenancy.every_mfi import MFICommand


class Command(MFICommand):
    help = "Verifies the books of all MFIs, or of one."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for mfi in self.mfis(options):
            with tenant_context(mfi):
                check = check_books(actor=OPERATOR, progress=partial(self._say, mfi.schema_name))
            for broken in check.breaks:
                self.stdout.write(f"{mfi.schema_name}: {broken}")
            broken += len(check.breaks)
            self.stdout.write(
                f"{mfi.schema_name}: {check.loans} loans, {len(check.breaks)} break(s), {check.seconds:.1f} s"
            )
        if broken:
            raise CommandError(f"{broken} break(s).")

    def _say(self, name: str, loans: int) -> None:
        self.stdout.write(f"{name}: {loans} loans")
