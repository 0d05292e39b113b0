"""Three nodes on this machine with the demonstration data, for people to try: each its own server, pages and worker.

Stop one of them by its process number, cut it off, decide on the wrong one: docs/cluster.md says what to expect.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from config.embedded.postgres import CannotStart, free_port
from config.embedded.system import System
from config.management.commands.demo import ROOT, SIGNALS, _interrupt

LETTERS = "ABC"


class Command(BaseCommand):
    help = "Serves three nodes of Letsema with demonstration data until Ctrl-C."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        var = Path(os.environ.get("LETSEMA_VAR", ROOT / "var")) / "cluster"
        first = int(os.environ.get("LETSEMA_PORT", "8000"))
        var.mkdir(parents=True, exist_ok=True)
        var.chmod(0o755)
        systems = [self._system(letter, var, first + 10 * n, self._kept(var)) for n, letter in enumerate(LETTERS)]
        for name in SIGNALS:
            signal.signal(getattr(signal, name), _interrupt)
        code = 0
        try:
            self._start(systems)
            self._welcome(systems, time.monotonic() - started)
            while True:
                time.sleep(1)
                self._watch(systems)
        except KeyboardInterrupt:
            self.stdout.write("\nStopping …")
        except CannotStart as error:
            self.stderr.write(str(error))
            code = 1
        for system in reversed(systems):
            system.stop()
        self.stdout.write("Stopped; the data stays in var/cluster/.")
        sys.exit(code)

    def _kept(self, var: Path) -> dict[str, Any]:
        """Ports of the databases and the password between them: made once, so that a restart finds all again."""
        path = var / "cluster.json"
        if not path.exists():
            path.touch(mode=0o600)
            made = {"ports": {letter: free_port() for letter in LETTERS}, "password": secrets.token_urlsafe(24)}
            path.write_text(json.dumps(made), encoding="utf-8")
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found

    def _system(self, letter: str, var: Path, port: int, kept: dict[str, Any]) -> System:
        peers = " ".join(f"{x}=postgres://127.0.0.1:{kept['ports'][x]}/letsema" for x in LETTERS)
        node = {
            "LETSEMA_NODE": letter,
            "LETSEMA_CLUSTER": "1",
            "LETSEMA_PEERS": peers,
            "LETSEMA_REPLICATION_PASSWORD": kept["password"],
            "LETSEMA_SITE": f"http://localhost:{port}",
            "POSTGRES_PORT": str(kept["ports"][letter]),
        }
        return System(
            ROOT,
            var / letter,
            port=port,
            say=lambda line: self.stdout.write(f"{letter}: {line}"),
            cluster=node,
            use_given=False,
        )

    def _start(self, systems: list[System]) -> None:
        leader, *others = systems
        self.stdout.write("Starting the databases …")
        for system in systems:
            system.check_port()
        leader.start_servers()
        for system in others:  # one MongoDB for all, and one set of secrets
            for name in ("MONGODB_URL", "SECRET_KEY", "CREDIT_KEY", "LETSEMA_DEMO_PASSWORD"):
                system.environment[name] = leader.environment[name]
            system.start_servers()
        for system in others:
            system.manage("letsema_migrate")
        self.stdout.write("Loading the demonstration data on A …")
        leader.manage("load_demo")
        leader.manage("cluster", "init", "--name", "Maseru")
        for system in systems:
            self.stdout.write(f"Starting node {system.environment['LETSEMA_NODE']} …")
            if system is not leader:
                system.manage(
                    "cluster", "join", "--name", {"B": "Leribe", "C": "Mafeteng"}[system.environment["LETSEMA_NODE"]]
                )
            system.start_application(workers=1)

    def _watch(self, systems: list[System]) -> None:
        """Only says what died: in a cluster that is for the other nodes to bear, and for the reader to see."""
        for system in systems:
            letter = system.environment["LETSEMA_NODE"]
            if system.postgres and system.postgres.process and system.postgres.process.poll() is not None:
                system.postgres.process = None
                self.stdout.write(f"{letter}: its database has died. The others go on. It is started again in 30 s.")
                system.restart_at = time.monotonic() + 30
            if system.restart_at and time.monotonic() >= system.restart_at and system.postgres:
                system.restart_at = 0.0
                system.postgres.start()
                self.stdout.write(f"{letter}: its database is back and catches up.")

    def _welcome(self, systems: list[System], seconds: float) -> None:
        lines = ["", f"Three nodes are ready after {seconds:.0f} s.", ""]
        for system in systems:
            letter, port = system.environment["LETSEMA_NODE"], system.port
            pid = system.postgres.process.pid if system.postgres and system.postgres.process else 0
            lines += [
                f"  Node {letter}   http://localhost:{port}/admin/   http://maluti.localhost:{port}/admin/   "
                f"(its database is process {pid})"
            ]
        lines += [
            "",
            f"  Password of all demonstration accounts: {systems[0].demo_password}",
            "  admin@letsema.example sees the nodes; cashier@maluti.example takes a receipt on any of them.",
            "",
            "Ctrl-C stops everything; the data is kept.",
        ]
        self.stdout.write("\n".join(lines))
