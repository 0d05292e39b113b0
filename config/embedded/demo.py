"""Serves the whole system with demonstration data, on embedded servers unless URLs say otherwise.

1. Start PostgreSQL and the MongoDB-protocol server under var/ (or use DATABASE_URL, MONGODB_URL).
2. Migrate, and load the demonstration data that is missing; left out where a start of the same release did it.
3. Serve with gunicorn and the worker; restart a database that dies; stop everything on Ctrl-C.

It needs nothing of Django itself: `make run` runs it as it is, a second or two sooner than `manage.py demo` does.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from config.embedded.postgres import CannotStart
from config.embedded.signals import interrupt_on_signals
from config.embedded.system import System

ROOT = Path(__file__).resolve().parent.parent.parent
SUBDOMAINS = ("maluti", "thaba-bosiu", "senqu", "mafeteng", "khubelu")

Say = Callable[[str], None]


def serve(say: Say, complain: Say) -> int:
    """Serves until somebody stops it. Returns the exit code."""
    started = time.monotonic()
    var = Path(os.environ.get("LETSEMA_VAR", ROOT / "var"))
    system = System(ROOT, var, port=int(os.environ.get("LETSEMA_PORT", "8000")), say=say)
    interrupt_on_signals()
    code = 0
    try:
        system.check_port()
        say("Starting the databases …")
        system.start_servers()
        if not system.is_prepared:
            say("Migrating and loading demonstration data …")
            system.prepare("load_demo")
        say("Starting the application …")
        system.start_application()
        say(_welcome(system, time.monotonic() - started))
        system.watch()
    except KeyboardInterrupt:
        say("\nStopping …")
    except CannotStart as error:
        complain(str(error))
        code = 1
    system.stop()
    if not code:
        say("Stopped; the data stays in var/.")
    return code


def _welcome(system: System, seconds: float) -> str:
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
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(serve(lambda text: print(text, flush=True), lambda text: print(text, file=sys.stderr, flush=True)))
