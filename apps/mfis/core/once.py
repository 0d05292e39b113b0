"""Settings of an MFI, read once a transaction: by whoever books, several times over, and changed by few.

What was read stands on the connection while a command runs, by schema: it is dropped before the command's transaction
ends, whether that is committed or rolled back, so neither another MFI's command nor the next one of this finds it.
Outside a command, everything is read each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, NamedTuple, ParamSpec, TypeVar

from django.db.models import Model
from django.db.models.signals import post_delete, post_save

from apps.mfis.core.database import connection

P = ParamSpec("P")
T = TypeVar("T")

_PLACE = "letsema_read"  # the attribute of the thread's own connection


class _Read(NamedTuple):
    """A value, and the savepoints in which it was read: rolled back to one of them, its locks are given up with it."""

    value: Any
    savepoints: tuple[str | None, ...]

    @property
    def holds(self) -> bool:
        return self.savepoints == tuple(connection.savepoint_ids[: len(self.savepoints)])


@contextmanager
def reading_once() -> Iterator[None]:
    """Inside it, what is declared by `read_once` is read once. Of nested ones the outermost counts."""
    if getattr(connection, _PLACE, None) is not None:
        yield
        return
    setattr(connection, _PLACE, {})
    try:
        yield
    finally:
        setattr(connection, _PLACE, None)


def read_once(*models: type[Model]) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Makes a function that reads settings of the present schema one that reads them once a transaction.

    It is read again once a row of one of `models` was saved here; whoever writes them otherwise calls `read_again`.
    What it returns is shared by all who ask in the transaction: none of them changes it.
    """
    for model in models:
        for signal in (post_save, post_delete):
            signal.connect(_changed, sender=model, dispatch_uid="letsema_read_again")

    def made(read: Callable[P, T]) -> Callable[P, T]:
        @wraps(read)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            kept: dict[Any, _Read] | None = getattr(connection, _PLACE, None)
            if kept is None:
                return read(*args, **kwargs)
            key = (connection.schema_name, read, args, tuple(kwargs.items()))
            known = kept.get(key)
            if known is None or not known.holds:
                known = kept[key] = _Read(read(*args, **kwargs), tuple(connection.savepoint_ids))
            value: T = known.value
            return value

        return call

    return made


def _changed(**_: Any) -> None:
    read_again()


def read_again() -> None:
    """Forgets what was read in this transaction."""
    kept = getattr(connection, _PLACE, None)
    if kept is not None:
        kept.clear()
