"""What an MFI that is wound up may still do: a closing one takes no new business, a closed one is only read."""

from __future__ import annotations

from apps.mfis.core.database import connection
from apps.mfis.core.errors import WrongState

CLOSING, CLOSED = "closing", "closed"


def _tenant() -> object:
    """The MFI of the current schema; nothing where there is none, or no tenancy at all."""
    return getattr(connection, "tenant", None)


def status_here() -> str:
    """The status of the MFI whose schema the connection stands in; empty in the public schema."""
    return str(getattr(_tenant(), "status", "") or "")


def is_closed() -> bool:
    """Whether nothing is written here any more."""
    return status_here() == CLOSED


def takes_new_business() -> bool:
    """Whether people are registered, and loans applied for and paid out, here."""
    return status_here() not in (CLOSING, CLOSED)


def check_open(*, new_business: bool, goes_on: bool) -> None:
    """Refuses what the status of the MFI does not allow.

    What people do to sign in and read `goes_on` at a closed MFI, and so does the system's own work: what arrives from
    other nodes, what has been kept long enough.

    Raises:
        WrongState: saying which status, and what still goes.
    """
    name = getattr(_tenant(), "name", "")
    if is_closed() and not goes_on:
        raise WrongState(f"{name} is closed: its records can be read and exported, and nothing changes them any more.")
    if new_business and not takes_new_business():
        raise WrongState(
            f"{name} is closing down: it takes no applications, registers nobody and pays nothing out. "
            "Repayments go on."
        )
