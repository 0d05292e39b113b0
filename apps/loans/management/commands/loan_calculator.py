"""Prints the state of a loan case, or of a list of them. Needs no database; see docs/loan-engine.md."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.loans.domain import calculator


class Command(BaseCommand):
    help = "Reads a loan case (or a list of cases) as JSON from FILE or - and prints the state(s) as JSON."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", default="-", help="a file, or - for standard input")
        parser.add_argument("--table", action="store_true", help="print a table for a person")

    def handle(self, *args: Any, **options: Any) -> None:
        code = calculator.main([options["file"], *(["--table"] if options["table"] else [])])
        if code:
            sys.exit(code)
