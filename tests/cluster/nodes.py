"""Real nodes: a PostgreSQL server, a worker and a process for services each, with links between them."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2

from config.embedded.postgres import EmbeddedPostgres, free_port
from tests.cluster.links import Link
from tests.migrated import restore

ROOT = Path(__file__).resolve().parent.parent.parent
RUN = "import django; django.setup(); from tests.cluster.process import main; main()"
PASSWORD = "between-nodes"


class Away(Exception):
    """A node's process or server was killed under a command."""


class Node:
    """One node. `ask` calls a service there; `manage` runs a command there."""

    def __init__(self, letter: str, folder: Path) -> None:
        self.letter = letter
        self.folder = folder / letter
        self.folder.mkdir(parents=True)
        self.folder.chmod(0o755)
        self.postgres = EmbeddedPostgres(self.folder, throw_away=False, cluster=True)
        self.postgres.port = free_port()
        self.environment: dict[str, str] = {}
        self.is_migrated = False
        self.worker: subprocess.Popen[bytes] | None = None
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        self.postgres.start()

    def prepare(self, peers: dict[str, int]) -> None:
        """Roles, the database and the environment; `peers` are the ports at which this node reaches the others."""
        url = self.postgres.ensure_role_and_database()
        self.is_migrated = restore(self.postgres, url)
        self.postgres.ensure_replication_role(PASSWORD)
        addresses = " ".join(f"{letter}=postgres://127.0.0.1:{port}/letsema" for letter, port in peers.items())
        self.environment = os.environ | {
            "DATABASE_URL": url,
            "LETSEMA_NODE": self.letter,
            "LETSEMA_CLUSTER": "1",
            "LETSEMA_PEERS": addresses,
            "LETSEMA_REPLICATION_PASSWORD": PASSWORD,
            "LETSEMA_SITE": f"http://{self.letter.lower()}.example",
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "LETSEMA_VAR": str(self.folder),
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
        }

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        if check and done.returncode:
            raise AssertionError(f"{self.letter}: {arguments}: {done.stdout}{done.stderr}")
        return done

    def cluster(self, *arguments: str) -> Any:
        """What `manage.py cluster … --json` prints; asked in the node's running process, as it is asked often."""
        return json.loads(self.ok("cluster", arguments=[*arguments, "--json"])["printed"])

    def status(self) -> dict[str, Any]:
        report: dict[str, Any] = self.cluster("status")
        return report

    def start_worker(self) -> None:
        log = (self.folder / "worker.log").open("ab")
        self.worker = subprocess.Popen(
            [sys.executable, "manage.py", "worker"],
            cwd=ROOT,
            env=self.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def stop_worker(self) -> None:
        if self.worker:
            self.worker.kill()
            self.worker.wait()
            self.worker = None

    def roll_out(self) -> None:
        """Brings this node to the next release as an operator does: migrate, restart what runs, migrate again.

        The second time finds the schemas that the old code made meanwhile.
        """
        self.environment["LETSEMA_TEST_RELEASE"] = "tests.cluster.rolled"
        self.manage("letsema_migrate")
        if self.worker:
            self.stop_worker()
            self.start_worker()
        self.kill_process()
        self.manage("letsema_migrate")

    def ask(self, do: str, mfi: str = "", **values: Any) -> dict[str, Any]:
        """What the service answers: {"ok": …} or {"refused": …, "code": …}.

        Raises:
            Away: the node's server or process ended under it. AssertionError: it failed in any other way.
        """
        with self._lock:
            process = self._running()
            try:
                assert process.stdin
                assert process.stdout
                process.stdin.write(json.dumps({"do": do, "mfi": mfi, "with": values}) + "\n")
                process.stdin.flush()
                line = process.stdout.readline()
            except (BrokenPipeError, ValueError) as error:
                raise Away(self.letter) from error
        if not line:
            raise Away(self.letter)
        answer: dict[str, Any] = json.loads(line)
        if "failed" in answer:
            if any(word in answer["failed"] for word in ("OperationalError", "InterfaceError")):
                raise Away(answer["failed"])
            raise AssertionError(f"{self.letter}: {do}: {answer['failed']}")
        return answer

    def ok(self, do: str, mfi: str = "", **values: Any) -> dict[str, Any]:
        """The same, where nothing but success is expected."""
        answer = self.ask(do, mfi, **values)
        assert "ok" in answer, f"{self.letter}: {do}: {answer}"
        outcome: dict[str, Any] = answer["ok"]
        return outcome

    def rows(self, statement: str, mfi: str = "") -> list[list[Any]]:
        rows: list[list[Any]] = self.ok("sql", mfi, statement=statement)["rows"]
        return rows

    def as_superuser(self, statement: str) -> None:
        """What no role of the product may do: the accidents of tests."""
        with psycopg2.connect(self.postgres._url("postgres", self.postgres._password(), "letsema")) as connection:
            connection.cursor().execute(statement)
        connection.close()

    def kill_server(self) -> None:
        """SIGKILL to the database, as a power cut."""
        self.postgres.kill()

    def kill_process(self) -> None:
        """SIGKILL to the process that runs services: whatever it was at is undone by the database."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-c", RUN],
                cwd=ROOT,
                env=self.environment,
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=(self.folder / "process.log").open("ab"),
                start_new_session=True,
            )
        return self._process

    def stop(self) -> None:
        self.stop_worker()
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        with contextlib.suppress(Exception):
            self.postgres.stop()


class Cluster:
    """Nodes that follow each other through links. `link(a, b)` is the way on which `b` reads from `a`."""

    def __init__(self, folder: Path, letters: str = "ABC") -> None:
        self.nodes = {letter: Node(letter, folder) for letter in letters}
        self.links: dict[tuple[str, str], Link] = {}

    def __getitem__(self, letter: str) -> Node:
        return self.nodes[letter]

    def __iter__(self) -> Any:
        return iter(self.nodes.values())

    def start(self, *, joined: str | None = None) -> None:
        """Starts every server; those of `joined` (by default all) become one cluster, with their workers."""
        _all(Node.start, self.nodes.values())
        for a in self.nodes.values():
            for b in self.nodes.values():
                if a is not b:
                    self.links[a.letter, b.letter] = Link(a.postgres.port)
        for node in self:
            node.prepare({a: link.port for (a, b), link in self.links.items() if b == node.letter})
        first, *others = [self.nodes[letter] for letter in (joined or "".join(self.nodes))]
        _all(lambda n: n.manage("letsema_migrate"), [n for n in self if not n.is_migrated])
        first.manage("cluster", "init")
        for node in others:
            node.manage("cluster", "init")
        for node in (first, *others):
            node.start_worker()

    def isolate(self, letter: str, *, silently: bool = False) -> None:
        """Cuts every link from and to a node."""
        for ends, link in self.links.items():
            if letter in ends:
                link.cut(silently=silently)

    def heal(self) -> None:
        for link in self.links.values():
            link.heal()

    def stop(self) -> None:
        for node in self:
            node.stop()
        for link in self.links.values():
            link.close()


@contextlib.contextmanager
def running(letters: str, *, joined: str | None = None) -> Iterator[Cluster]:
    """A cluster in a folder of its own, which goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="letsema-cluster-"))
    folder.chmod(0o755)  # the database's own account must be able to pass through
    cluster = Cluster(folder, letters)
    try:
        cluster.start(joined=joined)
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _all(run: Callable[[Node], Any], nodes: Any) -> None:
    """Runs it on every node at once; the first failure is raised."""
    faults: list[BaseException] = []

    def one(node: Node) -> None:
        try:
            run(node)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=one, args=(node,)) for node in nodes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def eventually(check: Callable[[], Any], seconds: float = 30, every: float = 0.2) -> Any:
    """What `check` gives once it is true; an AssertionError with its last word after `seconds`."""
    until = time.monotonic() + seconds
    while True:
        try:
            outcome = check()
        except Away:
            outcome = None
        if outcome:
            return outcome
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds:g} s: {outcome!r}")
        time.sleep(every)
