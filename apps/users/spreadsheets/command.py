"""What the import commands share: check, show the faulty rows, write, with progress."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.mfis.core.actor import SYSTEM
from apps.mfis.core.database import connection
from apps.mfis.core.errors import ServiceError
from apps.users.spreadsheets.plan import Importer, Plan


class ImportCommand(BaseCommand):
    """A command that imports one kind of spreadsheet."""

    importer: ClassVar[type[Importer]]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="an XLSX, XLS, ODS or CSV spreadsheet")
        parser.add_argument("--dry-run", action="store_true", help="check only, write nothing")
        parser.add_argument("--skip-faulty", action="store_true", help="import the good rows and leave the others out")

    def handle(self, *args: Any, **options: Any) -> None:
        connection.set_schema_to_public()
        importer = self.importer()
        try:
            plan = self._plan(importer, Path(options["file"]))
            self._show(plan)
            if options["dry_run"] or (not plan.good and not plan.faulty):
                return
            if plan.faulty and not options["skip_faulty"]:
                raise CommandError("Nothing was imported. Mend the rows above, or leave them out with --skip-faulty.")
            count = importer.run(plan, actor=SYSTEM, progress=lambda n, of: self.stdout.write(f"{n} of {of}"))
        except ServiceError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{count} {importer.noun} imported.")

    def _plan(self, importer: Importer, path: Path) -> Plan:
        try:
            return importer.plan(path.read_bytes(), path.name)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}") from error

    def _show(self, plan: Plan) -> None:
        """What is to be said of the file, every fault by its row's number, and how many rows are good."""
        for note in plan.notes:
            self.stdout.write(note)
        for row in plan.faulty:
            for messages in row.errors.values():
                for message in messages:
                    self.stdout.write(f"row {row.number}: {message}")
        for row in plan.unchanged:
            self.stdout.write(f"row {row.number}: {row.note}")
        counts = f"{len(plan.good)} good, {len(plan.faulty)} faulty, {len(plan.unchanged)} already there"
        self.stdout.write(counts)
