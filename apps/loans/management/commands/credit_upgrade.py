"""Brings documents of the credit histories that an earlier release wrote to this one's form.

Safe while lending goes on; the worker does it by itself when it starts.
"""

from __future__ import annotations

from typing import Any

from apps.loans.histories.management import HistoriesCommand
from apps.loans.histories.services.reconciliation import upgrade_histories


class Command(HistoriesCommand):
    help = "Brings the credit histories of all MFIs, or of one, to the form of this release."

    def handle(self, *args: Any, **options: Any) -> None:
        for mfi in self.mfis(options):
            count = self.in_schema(mfi, upgrade_histories)
            self.stdout.write(f"{mfi.schema_name}: {count} loans brought to the present form")
