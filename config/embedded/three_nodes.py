"""Three nodes on one machine, each with its own server, pages and worker, and one MongoDB for all."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from config.embedded.postgres import free_port
from config.embedded.system import System

NAMES = {"A": "Maseru", "B": "Leribe", "C": "Mafeteng"}
SHARED = ("MONGODB_URL", "SECRET_KEY", "CREDIT_KEY", "LETSEMA_DEMO_PASSWORD")
RESTART_AFTER = 30.0  # seconds that a database which died stays away, for people to see the others go on


class ThreeNodes:
    """Nodes A, B and C under the folder `var`; their pages answer at `port` and every tenth port after it."""

    def __init__(self, root: Path, var: Path, *, port: int, say: Callable[[str], None]) -> None:
        var.mkdir(parents=True, exist_ok=True)
        var.chmod(0o755)
        self.say = say
        self._restart_at: dict[str, float] = {}
        kept = _kept(var)
        self.systems = {
            letter: self._system(root, var / letter, letter, port + 10 * n, kept) for n, letter in enumerate(NAMES)
        }

    def _system(self, root: Path, var: Path, letter: str, port: int, kept: dict[str, Any]) -> System:
        node = {
            "LETSEMA_NODE": letter,
            "LETSEMA_CLUSTER": "1",
            "LETSEMA_PEERS": " ".join(f"{x}=postgres://127.0.0.1:{kept['ports'][x]}/letsema" for x in NAMES),
            "LETSEMA_REPLICATION_PASSWORD": kept["password"],
            "LETSEMA_SITE": f"http://localhost:{port}",
            "POSTGRES_PORT": str(kept["ports"][letter]),
        }
        return System(
            root, var, port=port, say=lambda line: self.say(f"{letter}: {line}"), cluster=node, use_given=False
        )

    def start(self) -> None:
        """Servers, the demonstration on A, then the others join.

        Raises:
            CannotStart: with one sentence that names what is wrong.
        """
        self.say("Starting the databases …")
        for system in self.systems.values():
            system.check_port()
        leader, *others = self.systems.values()
        leader.start_servers()
        for system in others:
            system.environment |= {name: leader.environment[name] for name in SHARED}
            system.start_servers()
        for system in others:
            system.manage("letsema_migrate")
        self.say("Loading the demonstration data on A …")
        leader.manage("load_demo")
        for letter, system in self.systems.items():
            system.manage("cluster", "init" if system is leader else "join", "--name", NAMES[letter])
            self.say(f"Starting node {letter} …")
            system.start_application(workers=1)

    def watch(self) -> None:
        """Only says what died: in a cluster that is for the other nodes to bear, and for the reader to see."""
        for letter, system in self.systems.items():
            if system.postgres and system.postgres.has_died:
                system.postgres.process = None
                self.say(f"{letter}: its database has died. The others go on. It is started again in 30 s.")
                self._restart_at[letter] = time.monotonic() + RESTART_AFTER
            if system.postgres and time.monotonic() >= self._restart_at.get(letter, float("inf")):
                del self._restart_at[letter]
                system.postgres.start()
                self.say(f"{letter}: its database is back and catches up.")

    def stop(self) -> None:
        """The last first; waits for each."""
        for system in reversed(self.systems.values()):
            system.stop()


def _kept(var: Path) -> dict[str, Any]:
    """Ports of the databases and the password between them: made once, so that a restart finds all again."""
    path = var / "cluster.json"
    if not path.exists():
        path.touch(mode=0o600)
        fresh = {"ports": {letter: free_port() for letter in NAMES}, "password": secrets.token_urlsafe(24)}
        path.write_text(json.dumps(fresh), encoding="utf-8")
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return kept
