"""Serves the whole system with demonstration data; see config/embedded/demo.py."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from config.embedded.demo import serve


class Command(BaseCommand):
    help = "Serves Letsema with demonstration data until Ctrl-C."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        if code := serve(self.stdout.write, self.stderr.write):
            sys.exit(code)
