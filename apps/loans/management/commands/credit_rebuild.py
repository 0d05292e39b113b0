"""Writes the credit histories anew from PostgreSQL, which is the truth. Safe while lending goes on."""

from __future__ import annotations

from typing import Any

from apps.loans.histories.management import HistoriesCommand
from apps.loans.histories.services.reconciliation import rebuild_histories


class Command(HistoriesCommand):
    help = "Writes the credit histories of all MFIs, or of one, anew from PostgreSQL."

    def handle(self, *args: Any, **options: Any) -> None:
        for mfi in self.mfis(options):
            count = self.in_schema(mfi, rebuild_histories)
            self.stdout.write(f"{mfi.schema_name}: {count} loans written anew")
