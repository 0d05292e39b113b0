"""The whole system on one machine: servers, application, worker; started in order, watched, stopped in order."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import IO

from config.embedded.addresses import embedded_addresses, write_addresses
from config.embedded.given import check_mongo, check_postgres
from config.embedded.mongo import EmbeddedMongo
from config.embedded.postgres import CannotStart, EmbeddedPostgres

MINIMUM_FREE = 300 * 1024 * 1024
RESTART_AFTER = 3.0
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0  # seconds before a child that has ended is started again


def _die_with_parent() -> None:
    """Linux: ends this child when its supervisor is killed, so that nothing is left on the port."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


PREPARES = ("uv.lock", "apps/*/migrations/*.py", "apps/*/core/sql/*.sql", "config/demo/*.py", "fixtures/*")


def _release(root: Path) -> str:
    """A hash of everything that migrates or fills a database."""
    paths = sorted(path for pattern in PREPARES for path in root.glob(pattern) if path.is_file())
    return sha256(b"".join(path.name.encode() + path.read_bytes() for path in paths)).hexdigest()


@dataclass(slots=True)
class Restart:
    """When a child that has ended is started again: after a second, then after twice as long, at most a minute.

    One that ran for a minute begins with a second again.
    """

    started_at: float = float("-inf")
    wait: float = FIRST_WAIT
    due_at: float | None = None

    def after_end(self, now: float) -> float:
        """Notes that it has ended. Returns how many seconds it waits."""
        self.wait = FIRST_WAIT if now - self.started_at > LONGEST_WAIT else min(self.wait * 2, LONGEST_WAIT)
        self.due_at = now + self.wait
        return self.wait

    def begin(self, now: float) -> None:
        """Notes that it is started."""
        self.started_at, self.due_at = now, None


class System:
    """Starts what is needed under `var`. DATABASE_URL and MONGODB_URL in the environment replace embedded servers."""

    def __init__(
        self,
        root: Path,
        var: Path,
        *,
        port: int,
        host: str = "localhost",
        throw_away: bool = False,
        use_given: bool = True,
        say: Callable[[str], None] = print,
        cluster: dict[str, str] | None = None,
    ) -> None:
        """`cluster` holds the settings of a node among several (LETSEMA_NODE and so on; docs/cluster.md)."""
        self.cluster = cluster
        self.root, self.var, self.port, self.host, self.say = root, var, port, host, say
        self.throw_away = throw_away
        self.postgres: EmbeddedPostgres | None = None
        self.mongo: EmbeddedMongo | None = None
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.commands: dict[str, tuple[str, ...]] = {}
        self.restarts: dict[str, Restart] = {}
        self.environment = dict(os.environ) | (cluster or {})
        if not use_given:
            for name in ("DATABASE_URL", "MONGODB_URL"):
                self.environment.pop(name, None)
        self._lock: IO[str] | None = None

    def start_servers(self, database: str = "letsema") -> None:
        """The databases, embedded or given.

        Raises:
            CannotStart: with one sentence that names what is wrong.
        """
        self._prepare_folder()
        env = self.environment
        env.setdefault("LETSEMA_HOST", self.host)
        env["LETSEMA_PORT"], env["LETSEMA_VAR"] = str(self.port), str(self.var)
        # What is given is checked before anything of ours is started.
        if env.get("DATABASE_URL"):
            check_postgres(env["DATABASE_URL"])
        if env.get("MONGODB_URL"):
            check_mongo(env["MONGODB_URL"])
        own: list[Callable[[], None]] = [] if env.get("DATABASE_URL") else [partial(self._start_postgres, database)]
        own += [] if env.get("MONGODB_URL") else [self._start_mongo]
        with ThreadPoolExecutor() as pool:  # side by side; both are waited for, whichever fails
            started = [pool.submit(start) for start in own]
        for one in started:
            one.result()
        self._keep_secrets()

    def _start_postgres(self, database: str) -> None:
        self.postgres = EmbeddedPostgres(self.var, throw_away=self.throw_away, cluster=self.cluster is not None)
        self.postgres.port = int(self.cluster["POSTGRES_PORT"]) if self.cluster else 0
        self.postgres.start()
        self.environment["DATABASE_URL"] = self.postgres.ensure_role_and_database(database)
        if self.cluster:
            self.postgres.ensure_replication_role(self.cluster["LETSEMA_REPLICATION_PASSWORD"])

    def _start_mongo(self) -> None:
        self.mongo = EmbeddedMongo(self.var, throw_away=self.throw_away)
        self.mongo.start()
        self.environment["MONGODB_URL"] = self.mongo.url()

    def _prepare_folder(self) -> None:
        try:
            self.var.mkdir(parents=True, exist_ok=True)
            self._lock = (self.var / "lock").open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(f"Letsema already runs from {self.var}; stop it first (Ctrl-C in its window).") from None
        except OSError as error:
            raise CannotStart(f"{self.var} cannot be written: {error.strerror}.") from None
        free = shutil.disk_usage(self.var).free
        if free < MINIMUM_FREE:
            raise CannotStart(
                f"Only {free >> 20} MB are free where {self.var} lies; at least {MINIMUM_FREE >> 20} MB are needed."
            )

    def _keep_secrets(self) -> None:
        """Secrets of this folder's data, made once; the environment's own win."""
        known, env = embedded_addresses(self.var), self.environment
        for name in ("secret_key", "credit_key", "demo_password"):
            if name not in known:
                known[name] = (
                    secrets.token_urlsafe(40) if name != "demo_password" else f"letsema-{secrets.token_hex(3)}"
                )
        write_addresses(self.var, **known | {"database_url": env["DATABASE_URL"], "mongodb_url": env["MONGODB_URL"]})
        env.setdefault("SECRET_KEY", known["secret_key"])
        env.setdefault("CREDIT_KEY", known["credit_key"])
        env.setdefault("LETSEMA_DEMO_PASSWORD", known["demo_password"])
        env.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")

    @property
    def demo_password(self) -> str:
        return self.environment["LETSEMA_DEMO_PASSWORD"]

    def check_port(self) -> None:
        """Refuses to start where somebody else already answers.

        Raises:
            CannotStart: naming the port and how to choose another.
        """
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.port))
            except OSError:
                raise CannotStart(
                    f"Port {self.port} is taken. Stop what uses it, or choose another: LETSEMA_PORT=8001 make run"
                ) from None

    def manage(self, *arguments: str) -> None:
        """Runs a management command to its end.

        Raises:
            CannotStart: it failed; its own words are above.
        """
        done = subprocess.run([sys.executable, "manage.py", *arguments], cwd=self.root, env=self.environment)
        if done.returncode:
            raise CannotStart(f"`manage.py {arguments[0]}` failed; its reason stands above.")

    @property
    def is_prepared(self) -> bool:
        """Whether `prepare` came to its end here with what the release brings now: then there is nothing to do.

        Of databases that are not our own nobody knows what became of them meanwhile.
        """
        return bool(self.postgres and self.mongo) and self._prepared == _release(self.root)

    @property
    def _prepared(self) -> str:
        stamp = self.var / "prepared"
        return stamp.read_text(encoding="utf-8") if stamp.exists() else ""

    def prepare(self, command: str) -> None:
        """Runs the management command that fills the databases, and notes of which release that was.

        Raises:
            CannotStart: it failed.
        """
        self.manage(command)
        (self.var / "prepared").write_text(_release(self.root), encoding="utf-8")

    def start_application(self, workers: int = 2) -> None:
        """gunicorn and the background worker."""
        self._child("application", sys.executable, "-m", "gunicorn", *self._gunicorn_options(workers))
        self._child("worker", sys.executable, "manage.py", "worker")
        self._wait_for_port()

    def _gunicorn_options(self, workers: int) -> list[str]:
        return [
            "config.wsgi",
            f"--bind=127.0.0.1:{self.port}",
            f"--workers={workers}",
            "--threads=2",
            "--timeout=60",
            "--graceful-timeout=5",
            "--preload",
            "--log-level=warning",
            "--no-control-socket",
        ]

    def _child(self, name: str, *command: str) -> None:
        self.commands[name] = command
        log = (self.var / f"{name}.log").open("ab")
        self.children[name] = subprocess.Popen(
            command,
            cwd=self.root,
            env=self.environment,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )

    def _wait_for_port(self) -> None:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self.children["application"].poll() is not None:
                break
            time.sleep(0.05)
        raise CannotStart(f"The application did not start; see {self.var}/application.log.")

    def watch(self) -> None:
        """Restarts whatever dies, and says so; ends by KeyboardInterrupt."""
        while True:
            time.sleep(0.5)
            if self.postgres and self.postgres.has_died:
                self.say("PostgreSQL has died; pages say so until it is back. Starting it again …")
                time.sleep(RESTART_AFTER)
                self.postgres.start()
                self.say("PostgreSQL is back; nothing acknowledged was lost.")
            if self.mongo and self.mongo.has_died:
                self.say("The MongoDB server has died; lending goes on. Starting it again …")
                time.sleep(RESTART_AFTER)
                self.mongo.start()
                self.say("The MongoDB server is back; the outbox drains.")
            self._restart_children()

    def _restart_children(self) -> None:
        """Starts the application or the worker again where it has ended; each time it waits longer before it does."""
        now = time.monotonic()
        for name, child in list(self.children.items()):
            if child.poll() is None:
                continue
            restart = self.restarts.setdefault(name, Restart())
            if restart.due_at is None:
                wait = restart.after_end(now)
                self.say(f"The {name} has ended; see {self.var}/{name}.log. It starts again in {wait:.0f} s …")
            elif now >= restart.due_at:
                restart.begin(now)
                self._child(name, *self.commands[name])

    def stop(self) -> None:
        """Application first, databases last; waits for each."""
        self._stop_children()
        if self.mongo:
            self.mongo.stop()
        if self.postgres:
            self.postgres.stop()
        if self._lock:
            self._lock.close()

    def _stop_children(self) -> None:
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        for child in self.children.values():
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait(timeout=5)
        self.children.clear()
