"""Folds every loan anew and compares with, or rewrites, its projection.

`--check` changes nothing, names each difference, and ends with 1 when there is one. It also compares each
loan's preview, the schedule quoted from its terms on its day of disbursement, with what was booked.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django_tenants.utils import tenant_context

from apps.loans.models import Loan
from apps.loans.projection import project
from apps.loans.services.projection_check import differences
from apps.mfis.commands import MFICommand
from apps.mfis.models import MFI


class Command(MFICommand):
    help = "Rebuilds the projections of all loans from their events, or checks them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare")
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        found = 0
        for mfi in self.mfis(options):
            with tenant_context(mfi):
                found += self._check(mfi) if options["check"] else self._rebuild(mfi)
        if options["check"] and found:
            raise CommandError(f"{found} difference(s).")

    def _check(self, mfi: MFI) -> int:
        count = found = 0
        for loan in Loan.objects.select_related("state").iterator(500):
            count += 1
            for difference in differences(loan):
                found += 1
                self.stdout.write(f"{mfi.schema_name} {loan.number}: {difference}")
        self.stdout.write(f"{mfi.schema_name}: {count} loans, {found} difference(s)")
        return found

    def _rebuild(self, mfi: MFI) -> int:
        keys = list(Loan.objects.values_list("pk", flat=True))
        for n, key in enumerate(keys, start=1):
            with transaction.atomic():
                project(Loan.objects.get(pk=key))
            if n % 500 == 0:
                self.stdout.write(f"{mfi.schema_name}: {n} of {len(keys)}")
        self.stdout.write(f"{mfi.schema_name}: {len(keys)} loans rebuilt")
        return 0
