"""An SMS gateway over HTTP, which fails when it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


class Gateway(HTTPServer):
    """An SMS gateway over HTTP; answers what it is told to, in turn, and then 202."""

    def __init__(self) -> None:
        self.got: list[dict[str, str]] = []
        self.answers: list[int] = []
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got.append(body | {"auth": self.headers["Authorization"]})
        status = self.server.answers.pop(0) if self.server.answers else 202
        self.send_response(status)
        if 300 <= status < 400:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.end_headers()

    def do_GET(self) -> None:
        """What a redirect leads to: nobody may come here."""
        self.server.got.append({"followed": self.path, "auth": self.headers["Authorization"] or ""})
        self.send_response(202)
        self.end_headers()

    def log_message(self, *arguments: Any) -> None:
        pass


@contextmanager
def serving(settings: Any) -> Iterator[Gateway]:
    """A gateway that messages are sent to meanwhile."""
    server = Gateway()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.SMS_URL, settings.SMS_TOKEN = f"http://127.0.0.1:{server.server_port}/send", "secret"
    yield server
    server.shutdown()
    server.server_close()
