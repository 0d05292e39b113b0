"""Brings every MFI's schema up to the present migrations.

1. One query finds the schemas that lack a migration.
2. The SQL of each missing set is rendered once; sets with Python steps run as Django would run them.
3. Schemas are migrated in parallel, each in a transaction of its own, with progress.
A run that was stopped is simply started again.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.mfis.core.database import connection
from apps.mfis.tenancy.provisioning.migrate import Outcome, Pending, find_pending, migrate_tenants
from apps.mfis.tenancy.provisioning.template import rendered


class Command(BaseCommand):
    help = "Migrates the schemas of all MFIs; resumable."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--jobs", type=int, default=2, help="schemas migrated at once (2)")
        parser.add_argument("--check", action="store_true", help="only say what is pending; exit 1 if anything is")

    def handle(self, *args: Any, **options: Any) -> None:
        connection.set_schema_to_public()
        pending = find_pending()
        if options["check"]:
            self._check(pending)
        elif pending:
            self._migrate(pending, options["jobs"])
        else:
            rendered()
            self.stdout.write("Every MFI's schema is up to date.")

    def _check(self, pending: list[Pending]) -> None:
        for schema in pending:
            self.stdout.write(f"{schema.schema}: {', '.join('.'.join(key) for key in schema.keys)}")
        if pending:
            raise CommandError(f"{len(pending)} schema(s) are behind; run migrate_tenants.")
        self.stdout.write("Every MFI's schema is up to date.")

    def _migrate(self, pending: list[Pending], jobs: int) -> None:
        done = 0

        def report(outcome: Outcome) -> None:
            nonlocal done
            done += 1
            self.stdout.write(f"[{done}/{len(pending)}] {outcome.schema} {outcome.error or 'migrated'}")

        failed = [o for o in migrate_tenants(pending, jobs=jobs, report=report) if o.error]
        rendered()
        if failed:
            raise CommandError(f"{len(failed)} of {len(pending)} schemas could not be migrated; they are as they were.")
