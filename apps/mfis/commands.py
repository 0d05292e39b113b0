"""What the commands that go from MFI to MFI have in common."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from apps.mfis.database import connection
from apps.mfis.models import MFI


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
        found = MFI.objects.all()
        if not options["mfi"]:
            return found
        found = found.filter(subdomain=options["mfi"])
        if not found:
            raise CommandError(f"No MFI has the subdomain {options['mfi']}.")
        return found
