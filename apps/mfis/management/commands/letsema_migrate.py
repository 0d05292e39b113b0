"""Migrates the public schema, then every MFI's."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Brings the public schema and every MFI's schema up to date."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate_schemas", schema_name="public", verbosity=min(1, options["verbosity"]), interactive=False)
        call_command("migrate_tenants", stdout=self.stdout)
