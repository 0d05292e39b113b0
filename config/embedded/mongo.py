"""An embedded server of the MongoDB wire protocol, in a process of its own: loopback, SCRAM sign-in.

For development and tests only; production is a replica set by MONGODB_URL.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

from config.embedded.postgres import CannotStart, free_port

USER = "letsema"


class EmbeddedMongo:
    """One server and its data folder; `start` works after a kill as well."""

    def __init__(self, folder: Path, *, throw_away: bool = False) -> None:
        self.folder = folder.resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = self.folder / "mongo"
        self.throw_away = throw_away
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def has_died(self) -> bool:
        """Whether no server runs any more."""
        return self.process is None or self.process.poll() is not None

    @property
    def secret_file(self) -> Path:
        return self.folder / "mongo.password"

    def start(self, timeout: float = 30) -> None:
        """Starts the server with authentication, making its user on the first call.

        Raises:
            CannotStart: when it does not answer within `timeout` seconds.
        """
        self._stop_leftover()
        if not self.secret_file.exists():
            self._make_user(timeout)
        self._launch("--auth", timeout=timeout)

    def url(self, database: str = "letsema") -> str:
        password = self.secret_file.read_text(encoding="utf-8").strip()
        return f"mongodb://{USER}:{password}@127.0.0.1:{self.port}/{database}?authSource=admin"

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(timeout=10)
            self.process = None
        (self.folder / "mongo.pid").unlink(missing_ok=True)

    def kill(self) -> None:
        """SIGKILL, as a power cut would: for tests of what survives."""
        if self.process:
            self.process.kill()
            self.process.wait(timeout=10)
            self.process = None

    def _launch(self, *extra: str, timeout: float) -> None:
        self.port = self.port or free_port()  # a restart keeps its address
        program = Path(sys.executable).parent / "secantusd-py"
        arguments = [str(program), "--host", "127.0.0.1", "--port", str(self.port), "--log-level", "ERROR"]
        arguments += ["--storage-path", str(self.data), "--cache-size", "256M", *extra]
        if not self.throw_away:
            arguments.append("--sync-on-commit")
        log = (self.folder / "mongo.log").open("ab")
        self.process = subprocess.Popen(
            arguments, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, cwd=self.folder
        )
        (self.folder / "mongo.pid").write_text(str(self.process.pid))
        self._wait(timeout)

    def _wait(self, timeout: float) -> None:
        import pymongo
        from pymongo.errors import PyMongoError

        until = time.monotonic() + timeout
        while time.monotonic() < until:
            client: pymongo.MongoClient[dict[str, object]] = pymongo.MongoClient(
                "127.0.0.1", self.port, serverSelectionTimeoutMS=500, directConnection=True
            )
            try:
                client.admin.command("hello")
                return
            except PyMongoError:
                if self.process and self.process.poll() is not None:
                    break
                time.sleep(0.05)
            finally:
                client.close()
        raise CannotStart(f"The embedded MongoDB server did not start; see {self.folder}/mongo.log.")

    def _make_user(self, timeout: float) -> None:
        """The first start is without sign-in, for the length of one command, to make the user it then asks for."""
        import pymongo

        self._launch(timeout=timeout)
        password = secrets.token_urlsafe(24)
        client: pymongo.MongoClient[dict[str, object]] = pymongo.MongoClient(
            "127.0.0.1", self.port, directConnection=True
        )
        client.admin.command("createUser", USER, pwd=password, roles=[{"role": "root", "db": "admin"}])
        # It makes each of its files when something first falls into it, and one that a kill interrupts at that moment
        # keeps it from ever starting again: so they are all made now, before anything depends on them.
        for n in range(100):  # a collection falls into one of 16 by its name
            client["letsema_scratch"][f"scratch{n}"].insert_one({})
        client.drop_database("letsema_scratch")
        client.close()
        self.stop()
        self.secret_file.touch(mode=0o600)
        self.secret_file.write_text(password, encoding="utf-8")

    def _stop_leftover(self) -> None:
        """Ends a server that a killed run left behind, once it is sure that the process is that server."""
        path = self.folder / "mongo.pid"
        if not path.exists():
            return
        pid = int(path.read_text() or 0)
        command = Path(f"/proc/{pid}/cmdline")
        if pid and command.exists() and str(self.data).encode() in command.read_bytes():
            os.kill(pid, 15)
            for _ in range(100):
                if not command.exists():
                    break
                time.sleep(0.05)
        path.unlink(missing_ok=True)
