"""Memory while very many records are at work at once."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Collecting:
    """Whether Python's cycle collector runs, and how many threads ask that it does not."""

    def __init__(self) -> None:
        self.lock, self.asking, self.ran = threading.Lock(), 0, True

    def begin(self) -> None:
        with self.lock:
            if not self.asking:
                self.ran = gc.isenabled()
                gc.disable()
            self.asking += 1

    def end(self) -> None:
        with self.lock:
            self.asking -= 1
            if not self.asking and self.ran:
                gc.freeze()  # all at once into the oldest generation, or the next collection went through it in search
                gc.unfreeze()  # of what is young
                gc.enable()


_collecting = _Collecting()


@contextmanager
def uncollected() -> Iterator[None]:
    """Keeps the cycle collector from running, in however many threads that is asked at once.

    Thousands of loans are in memory, and none of it is garbage: collecting took 0.5 ms of the 1.7 of each receipt.
    Nothing is lost by it: what becomes garbage meanwhile is collected when the last has ended.
    """
    _collecting.begin()
    try:
        yield
    finally:
        _collecting.end()
