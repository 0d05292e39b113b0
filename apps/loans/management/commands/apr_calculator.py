"""Prints the rate of a cash flow, or of a list of them. Needs no database; see docs/loan-engine.md."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.loans.domain.cash_flows import answer


class Command(BaseCommand):
    help = "Reads a question (or a list) as JSON from FILE or - and prints the annual rate(s) as JSON."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="a file, or - for standard input")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["file"]
        try:
            text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
            asked = json.loads(text)
        except OSError as error:
            raise CommandError(f"{name} cannot be read: {error.strerror}", returncode=2) from error
        except ValueError as error:
            raise CommandError(f"$: not JSON: {error}", returncode=2) from error
        found = [answer(a) for a in asked] if isinstance(asked, list) else answer(asked)
        self.stdout.write(json.dumps(found, indent=1))
