"""The process that reads one file: `python -m apps.users.spreadsheets.files.child MEMORY SECONDS`.

The file comes in on standard input, its sheets go out as JSON on standard output. The limits are set before anything is
read, so that whatever a file does to a library, it does it here.
"""

from __future__ import annotations

import json
import resource
import sys
from typing import Any

from apps.users.spreadsheets.files.cells import Sheet, UnreadableFile
from apps.users.spreadsheets.files.packed import members

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # XLS, and XLSX with a password


def _limit(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(content: bytes) -> list[Sheet]:
    """The sheets of a file, whose kind is told by what stands in it and not by its name."""
    is_packed = content.startswith(b"PK\x03\x04")
    if is_packed and "content.xml" not in members(content):
        from apps.users.spreadsheets.files.xlsx import read_xlsx

        return read_xlsx(content)
    if is_packed or content.startswith(_OLE):
        from apps.users.spreadsheets.files.binary import read_binary

        return read_binary(content)
    from apps.users.spreadsheets.files.delimited import read_delimited

    return read_delimited(content)


def main() -> None:
    memory, seconds = map(int, sys.argv[1:])
    _limit(memory, seconds)
    answer: dict[str, Any]
    try:
        answer = {"sheets": [sheet.as_json() for sheet in read(sys.stdin.buffer.read())]}
    except UnreadableFile as error:
        answer = {"error": str(error)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
