"""Runs the background worker: see config/worker/."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.worker.schedule import Worker, run
from config.worker.steps import steps


class Command(BaseCommand):
    help = "Relays credit events, sends messages, ends days and takes snapshots, for ever or once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        run(Worker(self.stdout.write, self.stderr.write, once=options["once"]), steps())
