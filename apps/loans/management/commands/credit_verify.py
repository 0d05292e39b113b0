"""Compares every loan with its credit history, and names each difference. It ends with 1 where there is one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.management.base import CommandError
from django_tenants.utils import tenant_context
from pymongo.errors import PyMongoError

from apps.credit.store import StoreAway
from apps.loans.services.credit_truth import compare_histories
from apps.mfis.commands import MFICommand
from apps.mfis.errors import ServiceError


class Command(MFICommand):
    help = "Compares the credit histories of all MFIs, or of one, with PostgreSQL, and names differences."

    def handle(self, *args: Any, **options: Any) -> None:
        different = 0
        for mfi in self.mfis(options):
            with tenant_context(mfi):
                found = self._try(compare_histories, mfi.schema_name)
            for line in found:
                self.stdout.write(f"{mfi.schema_name} {line}")
            different += len(found)
            self.stdout.write(f"{mfi.schema_name}: {len(found)} difference(s)")
        if different:
            raise CommandError(f"{different} difference(s); credit_rebuild writes the accounts anew.")

    def _try(self, run: Callable[[Callable[[int, int], None]], Any], name: str) -> Any:
        try:
            return run(partial(self._say, name))
        except (PyMongoError, StoreAway):
            raise CommandError("MongoDB does not answer; nothing is lost, run this again later.") from None
        except ServiceError as error:
            raise CommandError(error.message) from None

    def _say(self, name: str, done: int, of: int) -> None:
        self.stdout.write(f"{name}: {done} of {of} loans")
