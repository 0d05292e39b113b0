"""The one database of a run that is migrated from nothing, and copies of it: that takes seconds instead of a minute.

`tests/run.py` migrates `BASE` on its own server. The databases of pytest's workers take it as their template (a setting
of Django's), and servers of tests' own are given a dump of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from config.embedded.postgres import EmbeddedPostgres

BASE = "letsema_test_base"
TEMPLATE, DUMP = "LETSEMA_TEST_TEMPLATE", "LETSEMA_TEST_DUMP"  # environment variables that lead there


def migrate_base(root: Path, environment: dict[str, str]) -> int:
    """Migrates the database of `environment`, and renders the schema of an MFI there; returns the exit code."""
    command = [sys.executable, "manage.py", "letsema_migrate", "--verbosity", "0"]
    env = environment | {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
    return subprocess.run(command, cwd=root, env=env).returncode


def dump(server: EmbeddedPostgres, url: str, path: Path) -> Path:
    """Writes the database of `url` to a file that `restore` takes."""
    with path.open("wb") as out:
        subprocess.run([str(server.binaries / "pg_dump"), "-Fc", "--no-owner", url], stdout=out, check=True)
    return path


def restore(server: EmbeddedPostgres, url: str) -> bool:
    """Fills an empty database with the run's dump; False where there is none, so that it has to be migrated."""
    path = os.environ.get(DUMP)
    if not path:
        return False
    # Without comments: they belong to extensions, which only a superuser may speak of.
    command = [str(server.binaries / "pg_restore"), "--no-owner", "--no-comments", "--exit-on-error", "-d", url, path]
    subprocess.run(command, check=True)
    return True
