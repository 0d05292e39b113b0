#!/usr/bin/env python3
"""Runs a management command, with the project's own interpreter whichever Python started it."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def use_project_interpreter() -> None:
    """Starts again under .venv's Python when the one running lacks Django."""
    own = ROOT / ".venv" / "bin" / "python"
    if find_spec("django") is None and own.exists() and Path(sys.executable) != own:
        os.execv(own, [str(own), *sys.argv])  # noqa: S606 - the project's own interpreter, same arguments


def main() -> None:
    use_project_interpreter()
    if find_spec("django") is None:
        sys.exit("Dependencies are not installed yet: run `make setup` first.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
