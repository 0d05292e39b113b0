"""The process that reads one file: `python -m apps.users.spreadsheets.files.child MEMORY SECONDS`.

The file comes in on standard input; what stands in it goes out on standard output line by line, as `Line` says. The
limits are set before anything is read, so that whatever a file does to a library, it does it here.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from dataclasses import replace
from typing import IO

from apps.users.spreadsheets.files.cells import Area, Cell, Sink, UnreadableFile, spoken
from apps.users.spreadsheets.files.kinds import reader_of
from apps.users.spreadsheets.files.spellings import Spellings

_SURROGATE = re.compile("[\ud800-\udfff]")


class Line:
    """How a line begins: a sheet's name, a row's number and cells, a sheet's end, a sentence that refuses the file, or
    that all has been read. What follows a tab is JSON."""

    SHEET, ROW, END, REFUSED, DONE = "s", "r", "e", "x", "d"


class _Lines(Sink):
    """Writes what is found, and keeps none of it."""

    def __init__(self, out: IO[str]) -> None:
        super().__init__()
        self.out = out
        self.spellings = Spellings()
        self.dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

    def begin(self, name: str) -> None:
        self.lone, self.spellings = set(), Spellings()
        self.say(Line.SHEET, name)

    def row(self, number: int, cells: dict[int, Cell]) -> None:
        said = self.dump({column: spoken(cell) for column, cell in cells.items()})
        for column, cell in cells.items():
            self.spellings.look(column, cell)
        if "\\u0000" in said or (not said.isascii() and _SURROGATE.search(said)):
            said = self.dump({column: spoken(_storable(cell)) for column, cell in cells.items()})
        self.out.write(f"{Line.ROW}\t{number}\t{said}\n")

    def end(self, merged: list[Area], note: str = "") -> None:
        self.say(Line.END, [self.parting(merged), note, self.spellings.said()])

    def say(self, line: str, value: object) -> None:
        self.out.write(f"{line}\t{self.dump(value)}\n")


def _storable(cell: Cell) -> Cell:
    """The cell with what no database keeps as another character that nobody can see: its column refuses it."""
    return replace(cell, text=_SURROGATE.sub("\ue000", cell.text.replace("\0", "\x01")))


def _limit(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(content: bytes, sink: Sink) -> None:
    """Reads the sheets of a file, whose kind is told by what stands in it and not by its name."""
    reader = reader_of(content)
    if reader == "xlsx":
        from apps.users.spreadsheets.files.xlsx import read_xlsx

        read_xlsx(content, sink)
    elif reader == "binary":
        from apps.users.spreadsheets.files.binary import read_binary

        read_binary(content, sink)
    else:
        from apps.users.spreadsheets.files.delimited import read_delimited

        read_delimited(content, sink)


def main() -> None:
    memory, seconds = map(int, sys.argv[1:])
    _limit(memory, seconds)
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    lines = _Lines(sys.stdout)
    try:
        read(sys.stdin.buffer.read(), lines)
    except UnreadableFile as error:
        lines.say(Line.REFUSED, str(error))
    else:
        lines.say(Line.DONE, lines.hidden)


if __name__ == "__main__":
    main()
