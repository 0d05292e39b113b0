"""Compares every loan with its credit history, and names each difference. It ends with 1 where there is one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from apps.loans.histories.management import HistoriesCommand
from apps.loans.histories.services.reconciliation import compare_histories


class Command(HistoriesCommand):
    help = "Compares the credit histories of all MFIs, or of one, with PostgreSQL, and names differences."

    def handle(self, *args: Any, **options: Any) -> None:
        different = 0
        for mfi in self.mfis(options):
            found = self.in_schema(mfi, compare_histories)
            for line in found:
                self.stdout.write(f"{mfi.schema_name} {line}")
            different += len(found)
            self.stdout.write(f"{mfi.schema_name}: {len(found)} difference(s)")
        if different:
            raise CommandError(f"{different} difference(s); credit_rebuild writes the accounts anew.")
