"""Three nodes on this machine with the demonstration data, for people to try: each its own server, pages and worker.

Stop one of them by its process number, cut it off, decide on the wrong one: docs/cluster.md says what to expect.
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
from config.embedded.three_nodes import ThreeNodes


class Command(BaseCommand):
    help = "Serves three nodes of Letsema with demonstration data until Ctrl-C."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        root = Path(settings.ROOT)
        var = Path(os.environ.get("LETSEMA_VAR", root / "var")) / "cluster"
        port = int(os.environ.get("LETSEMA_PORT", "8000"))
        nodes = ThreeNodes(root, var, port=port, say=self.stdout.write)
        interrupt_on_signals()
        code = 0
        try:
            nodes.start()
            self._welcome(nodes, time.monotonic() - started)
            while True:
                time.sleep(1)
                nodes.watch()
        except KeyboardInterrupt:
            self.stdout.write("\nStopping …")
        except CannotStart as error:
            self.stderr.write(str(error))
            code = 1
        nodes.stop()
        self.stdout.write("Stopped; the data stays in var/cluster/.")
        sys.exit(code)

    def _welcome(self, nodes: ThreeNodes, seconds: float) -> None:
        lines = ["", f"Three nodes are ready after {seconds:.0f} s.", ""]
        for letter, system in nodes.systems.items():
            pid = system.postgres.process.pid if system.postgres and system.postgres.process else 0
            pages = f"http://localhost:{system.port}/admin/   http://maluti.localhost:{system.port}/admin/"
            lines.append(f"  Node {letter}   {pages}   (its database is process {pid})")
        lines += [
            "",
            f"  Password of all demonstration accounts: {nodes.systems['A'].demo_password}",
            "  admin@letsema.example sees the nodes; cashier@maluti.example takes a receipt on any of them.",
            "",
            "Ctrl-C stops everything; the data is kept.",
        ]
        self.stdout.write("\n".join(lines))
