"""Folds every loan anew and compares with, or rewrites, its projection.

`--check` changes nothing, names each difference, and ends with 1 when there is one. It also compares each
loan's preview, the schedule quoted from its terms on its day of disbursement, with what was booked.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django_tenants.utils import tenant_context

from apps.loans.book.models import Loan, LoanState
from apps.loans.book.projection import project
from apps.loans.book.projection_check import differences
from apps.mfis.tenancy.every_mfi import MFICommand
from apps.mfis.tenancy.models import MFI


class Command(MFICommand):
    help = "Rebuilds the projections of all loans from their events, or checks them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare")
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        different = 0
        for mfi in self.mfis(options):
            with tenant_context(mfi):
                if options["check"]:
                    different += self._check(mfi)
                else:
                    self._rebuild(mfi)
        if different:
            raise CommandError(f"{different} difference(s).")

    def _check(self, mfi: MFI) -> int:
        loans = different = 0
        for loan in Loan.objects.select_related("state").iterator(500):
            loans += 1
            for difference in differences(loan):
                different += 1
                self.stdout.write(f"{mfi.schema_name} {loan.number}: {difference}")
        self.stdout.write(f"{mfi.schema_name}: {loans} loans, {different} difference(s)")
        return different

    def _rebuild(self, mfi: MFI) -> None:
        loan_ids = list(Loan.objects.values_list("pk", flat=True))
        for n, loan_id in enumerate(loan_ids, start=1):
            with transaction.atomic():
                LoanState.objects.select_for_update().filter(pk=loan_id).first()  # nobody books on it meanwhile
                project(Loan.objects.get(pk=loan_id))
            if n % 500 == 0:
                self.stdout.write(f"{mfi.schema_name}: {n} of {len(loan_ids)}")
        self.stdout.write(f"{mfi.schema_name}: {len(loan_ids)} loans rebuilt")
