"""Reads a file in a process of its own, within limits of memory and time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

from django.conf import settings

from apps.mfis.core.errors import InvalidInput
from apps.users.spreadsheets.files.cells import Sheet

MEMORY = 1024**3  # bytes of address space
SECONDS = 20  # of a processor; 20,000 rows of ten columns take five
WAIT = 45  # seconds by the clock, where others want the processor too; a web process answers within 60

_KEPT = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "PYTHONPATH")  # the process needs no secret of ours
TOO_MUCH = "The file takes more memory or time than a list of people does; copy its rows alone into a new file."


def read_sheets(content: bytes) -> list[Sheet]:
    """The sheets of an XLSX, XLS, ODS or CSV file.

    Raises:
        InvalidInput: it cannot be read, or not within the limits.
    """
    command = [sys.executable, "-m", "apps.users.spreadsheets.files.child", str(MEMORY), str(SECONDS)]
    env = {name: value for name, value in os.environ.items() if name in _KEPT} | {"OPENBLAS_NUM_THREADS": "1"}
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=WAIT, cwd=settings.ROOT, env=env, check=False
        )
    except subprocess.TimeoutExpired:
        raise _refused(TOO_MUCH) from None
    if done.returncode:
        raise _refused(_why(done))
    said = json.loads(done.stdout)
    if "error" in said:
        raise _refused(said["error"])
    return [Sheet.from_json(sheet) for sheet in said["sheets"]]


def _why(done: subprocess.CompletedProcess[bytes]) -> str:
    """Why the process ended without an answer: killed or aborted by a limit, out of memory, or a fault of a library."""
    ended_by_limit = done.returncode in {-signal.SIGABRT, -signal.SIGKILL, -signal.SIGXCPU, -signal.SIGSEGV}
    if ended_by_limit or b"MemoryError" in done.stderr or b"capacity overflow" in done.stderr:
        return TOO_MUCH
    return "The file cannot be read; save it anew as XLSX or CSV."


def _refused(sentence: str) -> InvalidInput:
    return InvalidInput(sentence, field="import_file")
