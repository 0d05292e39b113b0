"""Which node is an MFI's home, and the lock between decisions and its moving."""

from __future__ import annotations

from apps.mfis.core.database import execute, fetch_one

HOLD = "SELECT pg_advisory_xact_lock_shared(hashtextextended('home.' || %s, 0))"

MOVE = "SELECT pg_advisory_xact_lock(hashtextextended('home.' || %s, 0))"


def home_node(schema: str) -> str | None:
    """The letter of the node that is an MFI's home; empty while it moves, None where the MFI is not known here."""
    row = fetch_one("SELECT home_node FROM public.mfis_mfi WHERE schema_name = %s", [schema])
    return str(row[0]) if row else None


def hold_home(schema: str) -> None:
    """Keeps the home from moving until the transaction ends. Decisions do not wait for one another."""
    execute(HOLD, [schema])


def wait_for_decisions(schema: str) -> None:
    """Waits for decisions that are being taken, and keeps others waiting until the transaction ends."""
    execute(MOVE, [schema])
