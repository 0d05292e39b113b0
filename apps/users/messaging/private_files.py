"""Messages kept as files where there is no gateway or mail server: they hold codes and links, so only we read them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.filebased import EmailBackend


def private_folder(name: str) -> Path:
    """A folder under var that nobody else may look into; one that was open is closed."""
    return close_to_others(Path(settings.VAR) / name)


def close_to_others(folder: Path) -> Path:
    """The same folder, made where it is missing, with mode 0700 and its files with 0600."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)
        for file in folder.iterdir():
            file.chmod(0o600)
    return folder


def write_private(path: Path, text: str) -> None:
    """A new file with mode 0600, whatever the umask.

    Raises:
        OSError: it exists, or cannot be written.
    """
    with open(path, "x", encoding="utf-8", opener=_private) as file:
        file.write(text)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class PrivateFilesBackend(EmailBackend):
    """Django's mails as files, in a folder of mode 0700 and with mode 0600."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        close_to_others(Path(self.file_path))

    def open(self) -> bool:
        if self.stream is None:
            self.stream = open(self._get_filename(), "ab", opener=_private)  # noqa: SIM115 - closed by `close`
            return True
        return False
