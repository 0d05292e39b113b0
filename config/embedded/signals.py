"""The orderly end of a program that serves until somebody stops it."""

from __future__ import annotations

import signal
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupt_on_signals() -> None:
    """Lets each of these signals raise KeyboardInterrupt: explicitly, as a shell may start us with SIGINT ignored."""
    for number in SIGNALS:
        signal.signal(number, _interrupt)


def _interrupt(*_: Any) -> None:
    """The first signal begins the orderly stop; further ones (a terminal sends one to each of us) do not disturb it."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
