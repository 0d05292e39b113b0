"""Writes the credit histories anew from PostgreSQL, which is the truth. Safe while lending goes on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.management.base import CommandError
from django_tenants.utils import tenant_context
from pymongo.errors import PyMongoError

from apps.credit.store import StoreAway
from apps.loans.services.credit_truth import rebuild_histories
from apps.mfis.commands import MFICommand
from apps.mfis.errors import ServiceError


class Command(MFICommand):
    help = "Writes the credit histories of all MFIs, or of one, anew from PostgreSQL."

    def handle(self, *args: Any, **options: Any) -> None:
        for mfi in self.mfis(options):
            with tenant_context(mfi):
                count = self._try(rebuild_histories, mfi.schema_name)
            self.stdout.write(f"{mfi.schema_name}: {count} loans written anew")

    def _try(self, run: Callable[[Callable[[int, int], None]], Any], name: str) -> Any:
        try:
            return run(partial(self._say, name))
        except (PyMongoError, StoreAway):
            raise CommandError("MongoDB does not answer; nothing is lost, run this again later.") from None
        except ServiceError as error:
            raise CommandError(error.message) from None

    def _say(self, name: str, done: int, of: int) -> None:
        self.stdout.write(f"{name}: {done} of {of} loans")
