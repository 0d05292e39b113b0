"""Runs the background worker: see config/worker/."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.worker.lanes import lanes, prepare, run_once
from config.worker.schedule import Worker, run


class Command(BaseCommand):
    help = "Relays credit events, sends messages, ends days and takes snapshots, for ever or once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round of everything, then end")
        parser.add_argument(
            "--lane",
            choices=["all", "quick", "long"],
            default="all",
            help="quick: events and messages; long: day ends and other jobs; by default both",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        worker = Worker(self.stdout.write, self.stderr.write, once=options["once"])
        if worker.once:
            run_once(worker)
        else:
            run(worker, lanes(options["lane"]), prepare)
