"""Uploads while they are read: ours alone, and gone after that."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from apps.users.spreadsheets.storage import private_copy, remove_old_uploads


def test_an_upload_is_private_and_gone_once_it_is_read(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    with private_copy([b"names ", b"and numbers"]) as path:
        assert path.read_bytes() == b"names and numbers"
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(path.parent.iterdir()) == []


def test_what_a_killed_process_left_goes_after_an_hour(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    assert remove_old_uploads() == 0
    with private_copy([b"new"]):
        old = tmp_path / "imports" / "old"
        old.write_bytes(b"old")
        os.utime(old, (time.time() - 3700,) * 2)
        assert remove_old_uploads() == 1
        assert not old.exists()
