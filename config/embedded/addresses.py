"""Where the embedded servers answer: written by whoever starts them, read by the settings."""

from __future__ import annotations

import json
from pathlib import Path

FILE = "embedded.json"


def embedded_addresses(var: Path) -> dict[str, str]:
    """database_url, mongodb_url and the secrets of the data under `var`; empty before the first start."""
    try:
        kept = json.loads((var / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in kept.items()}


def write_addresses(var: Path, **addresses: str) -> None:
    """Keeps `addresses` beside those already known, readable by the owner alone."""
    kept = embedded_addresses(var) | addresses
    path = var / FILE
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    fresh.replace(path)
