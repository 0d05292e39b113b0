"""What the two commands about credit histories have in common."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from django.core.management.base import CommandError
from django_tenants.utils import tenant_context

from apps.credit.repository import StoreError
from apps.mfis.core.errors import ServiceError
from apps.mfis.tenancy.every_mfi import MFICommand
from apps.mfis.tenancy.models import MFI

Found = TypeVar("Found")


class HistoriesCommand(MFICommand):
    """A command that goes through the histories of one MFI after the other, with progress."""

    def in_schema(self, mfi: MFI, run: Callable[[Callable[[int, int], None]], Found]) -> Found:
        """Runs it in the MFI's schema.

        Raises:
            CommandError: MongoDB does not answer, or it cannot be done now; in words.
        """
        try:
            with tenant_context(mfi):
                return run(partial(self._say, mfi.schema_name))
        except StoreError:
            raise CommandError("MongoDB does not answer; nothing is lost, run this again later.") from None
        except ServiceError as error:
            raise CommandError(error.message) from None

    def _say(self, name: str, done: int, of: int) -> None:
        self.stdout.write(f"{name}: {done} of {of} loans")
