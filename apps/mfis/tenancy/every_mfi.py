"""What the commands that go from MFI to MFI have in common."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from apps.mfis.core.database import connection
from apps.mfis.tenancy.models import MFI


class MFICommand(BaseCommand):
    """A command over all MFIs, or the one that `--mfi` names."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mfi", "--tenant", help="only the MFI with this subdomain")

    def mfis(self, options: dict[str, Any]) -> QuerySet[MFI]:
        """The MFIs asked for.

        Raises:
            CommandError: no MFI has the subdomain.
        """
        connection.set_schema_to_public()
        if not options["mfi"]:
            return MFI.objects.all()
        named = MFI.objects.filter(subdomain=options["mfi"])
        if not named:
            raise CommandError(f"No MFI has the subdomain {options['mfi']}.")
        return named
