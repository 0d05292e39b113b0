"""A throw-away PostgreSQL for a benchmark."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded.postgres import EmbeddedPostgres


@contextmanager
def throw_away_server(*, on_disk: bool = False, durable: bool = False) -> Iterator[None]:
    """Starts a server and points Django's settings at it; it is gone afterwards.

    Its data is kept in memory where the machine has such a folder: a virtual machine's disk varies threefold from
    minute to minute, which would hide what is compared. `on_disk` leaves it in. A `durable` server answers once what
    it did is on the disk, and keeps up its tables, as one in production; others do neither. Triggers may be left out
    while rows are filled in (`session_replication_role`).
    """
    memory = Path("/dev/shm")  # noqa: S108
    where = str(memory) if memory.is_dir() and not on_disk else None
    folder = Path(tempfile.mkdtemp(prefix="letsema-bench-", dir=where))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder, throw_away=not durable)
    try:
        server.start()
        os.environ["DATABASE_URL"] = server.ensure_role_and_database()
        with server._superuser() as cursor:
            cursor.execute("GRANT SET ON PARAMETER session_replication_role TO letsema")
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
        yield
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def migrated() -> None:
    """Sets Django up on that server, with its public schema migrated."""
    import django
    from django.core.management import call_command

    django.setup()
    with open(os.devnull, "w") as nowhere:
        call_command("letsema_migrate", verbosity=0, stdout=nowhere)
