"""Reads a file in a process of its own, within limits of memory and time, and hands on what it says line by line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from threading import Timer
from typing import IO

from django.conf import settings

from apps.mfis.core.errors import InvalidInput
from apps.users.spreadsheets.files.cells import Area
from apps.users.spreadsheets.files.child import Line

MEMORY = 1024**3  # bytes of address space
SECONDS = 60  # of a processor
WAIT = 120  # seconds by the clock, where others want the processor too

_KEPT = ("PATH", "LANG", "LC_ALL", "VIRTUAL_ENV", "PYTHONPATH")  # the process needs no secret of ours
TOO_MUCH = "The file takes more memory or time than a list of rows does; copy its rows alone into a new file."


@dataclass(slots=True)
class SheetRead:
    """A sheet as it is read: where it stands among the others, its name; at its end the ranges that are merged, and
    what was taken for granted, and in which ways the cells of each column are written."""

    place: int
    name: str
    merged: list[Area] = field(default_factory=list)
    note: str = ""
    spellings: dict[str, dict[str, int]] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)  # of the last sheet: those that are hidden in the file


def read_rows(path: Path) -> Iterator[tuple[SheetRead, int, str]]:
    """Of each row that has filled cells its sheet, its number, and its cells as JSON, as long as they are read.

    A sheet without rows is given once, with the number 0.

    Raises:
        InvalidInput: the file cannot be read, or not within the limits; rows may have come before.
    """
    with open(path, "rb") as file, TemporaryFile() as said:
        child = _start(file, said)
        watch = Timer(WAIT, child.kill)
        watch.start()
        try:
            yield from _sheets(child)
            child.wait()
            if child.returncode:
                said.seek(0)
                raise _refused(_why(child.returncode, said.read(), timed_out=not watch.is_alive()))
        finally:
            watch.cancel()
            child.kill()
            child.wait()
            if child.stdout:
                child.stdout.close()


def _start(file: IO[bytes], said: IO[bytes]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "apps.users.spreadsheets.files.child", str(MEMORY), str(SECONDS)]
    env = {name: value for name, value in os.environ.items() if name in _KEPT} | {"OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, stdin=file, stdout=subprocess.PIPE, stderr=said, cwd=settings.ROOT, env=env, encoding="utf-8"
    )


def _sheets(child: subprocess.Popen[str]) -> Iterator[tuple[SheetRead, int, str]]:
    sheet = SheetRead(-1, "")
    rows = 0
    for line in child.stdout or ():
        kind, _, rest = line.rstrip("\n").partition("\t")
        if kind == Line.ROW:
            number, _, cells = rest.partition("\t")
            rows += 1
            yield sheet, int(number), cells
        elif kind == Line.SHEET:
            sheet, rows = SheetRead(sheet.place + 1, json.loads(rest)), 0
        elif kind == Line.END:
            merged, sheet.note, sheet.spellings = json.loads(rest)
            sheet.merged = [(area[0], area[1], area[2], area[3]) for area in merged]
            if not rows:
                yield sheet, 0, "{}"
        elif kind == Line.DONE:
            sheet.hidden = json.loads(rest)
            if sheet.hidden and sheet.place < 0:
                raise _refused("Every sheet of the file is hidden; show the one that is meant, and save it anew.")
        elif kind == Line.REFUSED:
            raise _refused(json.loads(rest))


def _why(code: int, said: bytes, *, timed_out: bool) -> str:
    """Why the process ended without an answer: killed or aborted by a limit, out of memory, or a fault of a library."""
    ended_by_limit = code in {-signal.SIGABRT, -signal.SIGKILL, -signal.SIGXCPU, -signal.SIGSEGV}
    if timed_out or ended_by_limit or b"MemoryError" in said or b"capacity overflow" in said:
        return TOO_MUCH
    return "The file cannot be read; save it anew as XLSX or CSV."


def _refused(sentence: str) -> InvalidInput:
    return InvalidInput(sentence, field="import_file")
