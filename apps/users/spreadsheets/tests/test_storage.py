"""Uploads between preview and confirmation: ours alone, and not for ever."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from apps.users.spreadsheets.storage import PrivateTempStorage, remove_old_uploads


def test_what_nobody_confirms_goes_after_a_day(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    assert remove_old_uploads() == 0
    old, fresh = PrivateTempStorage(), PrivateTempStorage()
    for upload in (old, fresh):
        upload.save(b"names and numbers")
        assert upload._path().stat().st_mode & 0o777 == 0o600
    yesterday = time.time() - 25 * 3600
    os.utime(old._path(), (yesterday, yesterday))
    assert remove_old_uploads() == 1
    assert not old._path().exists()
    assert fresh.read() is not None
