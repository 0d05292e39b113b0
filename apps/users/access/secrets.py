"""How a secret that is handed out once is kept: as its hash."""

from __future__ import annotations

from hashlib import sha256


def hashed(secret: str) -> str:
    """What is kept of a secret. It has 256 random bits: a fast hash is enough, and lets the row be found by it."""
    return sha256(secret.encode()).hexdigest()
