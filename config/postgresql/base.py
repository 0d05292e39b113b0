"""What Django loads as the engine `config.postgresql`."""

from __future__ import annotations

import select

from django_tenants.postgresql_backend.base import DatabaseWrapper as TenantWrapper


class DatabaseWrapper(TenantWrapper):  # type: ignore[misc]
    """As django-tenants', but asks the operating system, and not the server, whether a kept connection still stands."""

    def is_usable(self) -> bool:
        """False where the server has gone.

        Asked at the beginning of every request. A server that ends, is stopped or killed closes its sockets, and a
        closed socket can be read from, as can one with any unread word of the server's: only then is the server itself
        asked. What this cannot see, a machine that vanished without a word, `SELECT 1` would wait for in vain, too.
        """
        if self.connection is None or self.connection.closed:
            return False
        if self.errors_occurred or _has_unread(self.connection.fileno()):
            return bool(super().is_usable())
        return True


def _has_unread(socket: int) -> bool:
    # poll and not select: a busy process has sockets with numbers over 1,024.
    looked = select.poll()
    looked.register(socket, select.POLLIN)
    return bool(looked.poll(0))
