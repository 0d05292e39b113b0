"""Where an uploaded spreadsheet lies while it is read: a private folder of ours. It is deleted at once after that."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import time
from uuid import uuid4

from django.conf import settings

KEPT = timedelta(hours=1)  # what a process that was killed has left


def _folder() -> Path:
    folder = Path(settings.VAR) / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@contextmanager
def private_copy(chunks: Iterable[bytes]) -> Iterator[Path]:
    """A file that our own account alone may read, as it holds people's numbers and dates of birth; gone afterwards."""
    path = _folder() / uuid4().hex
    try:
        with open(path, "xb", opener=_private) as file:
            file.writelines(chunks)
        yield path
    finally:
        path.unlink(missing_ok=True)


def remove_old_uploads(kept: timedelta = KEPT) -> int:
    """Deletes what was left behind; returns how many. The worker calls it."""
    old = [path for path in _folder().iterdir() if path.stat().st_mtime < time() - kept.total_seconds()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
