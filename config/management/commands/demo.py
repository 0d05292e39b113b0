"""Serves the whole system with demonstration data, on embedded servers unless URLs say otherwise.

1. Start PostgreSQL and the MongoDB-protocol server under var/ (or use DATABASE_URL, MONGODB_URL).
2. Migrate, and load the demonstration data that is missing.
3. Serve with gunicorn and the worker; restart a database that dies; stop everything on Ctrl-C.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.embedded.postgres import CannotStart
from config.embedded.signals import interrupt_on_signals
from config.embedded.system import System

ROOT = Path(settings.ROOT)
SUBDOMAINS = ("maluti", "thaba-bosiu", "senqu", "mafeteng", "khubelu")


class Command(BaseCommand):
    help = "Serves Letsema with demonstration data until Ctrl-C."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        var = Path(os.environ.get("LETSEMA_VAR", ROOT / "var"))
        port = int(os.environ.get("LETSEMA_PORT", "8000"))
        system = System(ROOT, var, port=port, say=self.stdout.write)
        interrupt_on_signals()
        try:
            system.check_port()
            self.stdout.write("Starting the databases …")
            system.start_servers()
            self.stdout.write("Migrating and loading demonstration data …")
            system.manage("load_demo")
            self.stdout.write("Starting the application …")
            system.start_application()
            self._welcome(system, time.monotonic() - started)
            system.watch()
        except KeyboardInterrupt:
            self.stdout.write("\nStopping …")
        except CannotStart as error:
            self.stderr.write(str(error))
            system.stop()
            sys.exit(1)
        system.stop()
        self.stdout.write("Stopped; the data stays in var/.")

    def _welcome(self, system: System, seconds: float) -> None:
        port, password = system.port, system.demo_password
        lines = [
            "",
            f"Letsema is ready after {seconds:.0f} s.",
            "",
            f"  All institutions  http://localhost:{port}/admin/          admin@letsema.example",
            *(
                f"  {name:<17} http://{name}.localhost:{port}/admin/   manager, officer, approver, cashier, "
                f"accountant @{name}.example"
                for name in SUBDOMAINS
            ),
            f"  Borrowers         http://maluti.localhost:{port}/          borrower@maluti.example, or register",
            f"  API               http://maluti.localhost:{port}/api/v1/docs",
            "",
            f"  Password of all demonstration accounts: {password}",
            "",
            "Ctrl-C stops everything; the data is kept.",
        ]
        self.stdout.write("\n".join(lines))
