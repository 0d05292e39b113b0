"""Where an uploaded spreadsheet waits between preview and confirmation: a private folder of ours."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from time import time
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from import_export.tmp_storages import BaseStorage

KEPT = timedelta(days=1)  # for whoever looks at the preview and has not confirmed it yet


def _folder() -> Path:
    folder = Path(settings.VAR) / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def remove_old_uploads(kept: timedelta = KEPT) -> int:
    """Deletes the uploads that nobody confirmed in time; returns how many. The worker calls it."""
    old = [path for path in _folder().iterdir() if path.stat().st_mtime < time() - kept.total_seconds()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


class PrivateTempStorage(BaseStorage):  # type: ignore[misc]
    """Readable by our own account alone, as the file holds people's numbers and dates of birth.

    The name comes back from the browser in the confirmation form, so only a UUID is taken for one.
    """

    def _path(self) -> Path:
        return _folder() / UUID(self.name).hex

    def save(self, data: Any) -> None:
        self.name: str = str(getattr(self, "name", None) or uuid4())
        content = data.encode(self.encoding or "utf-8") if isinstance(data, str) else data
        with open(self._path(), "wb", opener=_private) as file:
            file.write(content)

    def read(self) -> Any:
        content = self._path().read_bytes()
        return content.decode(self.encoding or "utf-8-sig") if "b" not in self.read_mode else content

    def remove(self) -> None:
        self._path().unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
