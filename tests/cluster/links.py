"""A TCP link between two nodes that a test cuts, slows and heals."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

from config.embedded.postgres import free_port


class Link:
    """Listens on a port of the loopback and passes everything on to another, until it is cut."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = free_port()
        self.up = True
        self.delay = 0.0
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        self._server = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, *, silently: bool = False) -> None:
        """Nothing passes any more: connections are reset, or hang as in a network that lost its route."""
        self.up = False
        if silently:
            return
        with self._lock:
            for pair in self._pairs:
                for end in pair:
                    _end(end)
            self._pairs.clear()

    def slow(self, seconds: float) -> None:
        """Each packet waits this long."""
        self.delay = seconds

    def heal(self) -> None:
        self.up = True
        self.delay = 0.0

    def close(self) -> None:
        self.cut()
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            if not self.up:
                _end(client)
                continue
            try:
                upstream = socket.create_connection(("127.0.0.1", self.target), 2)
                upstream.settimeout(None)
            except OSError:
                _end(client)
                continue
            for end in (client, upstream):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._pairs.append((client, upstream))
            for source, sink in ((client, upstream), (upstream, client)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                while not self.up:
                    time.sleep(0.05)
                if self.delay:
                    time.sleep(self.delay)
                sink.sendall(data)
        _end(source)
        _end(sink)


def _end(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
