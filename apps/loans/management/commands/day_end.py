"""Ends the business days that are over: penalties and recalculated interest, accrual, provision.

Every MFI by itself; each day step by step, so an interrupted run goes on where it stopped and a second one writes
nothing. Missed days are caught up in order.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django_tenants.utils import tenant_context

from apps.loans.servicing.services.day_end import run_due_days
from apps.mfis.core.actor import OPERATOR
from apps.mfis.core.clock import business_date
from apps.mfis.tenancy.every_mfi import MFICommand


class Command(MFICommand):
    help = "Ends the business days that are over."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--through", type=date.fromisoformat, help="the last day to end; by default yesterday")

    def handle(self, *args: Any, **options: Any) -> None:
        through = options["through"]
        if through and through > business_date():
            raise CommandError(f"{through} is in the future.")
        for mfi in self.mfis(options):
            with tenant_context(mfi):
                ended = run_due_days(actor=OPERATOR, through=through, progress=partial(self._say, mfi.schema_name))
            days = f"{ended[0].day} to {ended[-1].day}" if ended else "nothing to do"
            self.stdout.write(f"{mfi.schema_name}: {len(ended)} day(s), {days}")

    def _say(self, name: str, what: str) -> None:
        if "caught up" not in what:
            self.stdout.write(f"{name}: {what}")
