"""The process that reads a file stays within its limits of memory and time, which the system holds it to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from apps.users.spreadsheets.files import reading
from apps.users.spreadsheets.tests.messy import before_rows, book, repacked
from apps.users.spreadsheets.tests.workbooks import opendocument

COLUMNS = 10
ODS_CELL = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'


CHILD = """
from apps.users.spreadsheets.files.child import main
main()
import resource, sys
used = resource.getrusage(resource.RUSAGE_SELF)
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(peak, used.ru_utime + used.ru_stime, file=sys.stderr)
"""


def read_by_child(content: bytes, folder: Path) -> tuple[int, int, float]:
    """How many rows the process tells of a file, its most memory in bytes, and its seconds of a processor."""
    (folder / "file").write_bytes(content)
    command = [sys.executable, "-c", CHILD, str(reading.MEMORY), str(reading.SECONDS)]
    with open(folder / "file", "rb") as file, open(folder / "said", "wb") as said:
        done = subprocess.run(command, stdin=file, stdout=said, stderr=subprocess.PIPE, cwd=settings.ROOT, check=True)
    peak, seconds = done.stderr.split()
    with open(folder / "said", encoding="utf-8") as lines:
        return sum(line.startswith("r\t") for line in lines), int(peak) * 1024, float(seconds)


def xlsx(rows: int) -> bytes:
    cell = '<c r="{}{}" t="inlineStr"><is><t>Palesa {}</t></is></c>'
    xml = "".join(
        f"<row r='{n}'>{''.join(cell.format(chr(65 + c), n, n) for c in range(COLUMNS))}</row>"
        for n in range(1, rows + 1)
    )
    return repacked(book(), {"sheet1.xml": lambda sheet: before_rows(xml.encode())(_open(sheet))})


def _open(sheet: bytes) -> bytes:
    return sheet.replace(b"<sheetData/>", b"<sheetData></sheetData>").replace(
        b"<sheetData />", b"<sheetData></sheetData>"
    )


def csv(rows: int) -> bytes:
    return "".join(f"{','.join([f'27/05/{n}'] * COLUMNS)}\n" for n in range(rows)).encode()


def ods(rows: int) -> bytes:
    return opendocument(*("".join(ODS_CELL.format(n) for _ in range(COLUMNS)) for n in range(rows)))


@pytest.mark.parametrize(("made", "rows"), [(xlsx, 100_000), (ods, 100_000), (csv, 200_000)])
def test_many_rows_are_read_within_the_limits(made: Callable[[int], bytes], rows: int, tmp_path: Path) -> None:
    assert (reading.MEMORY, reading.SECONDS) == (1024**3, 60)
    told, memory, seconds = read_by_child(made(rows), tmp_path)
    print(f"{made.__name__}: {memory // 1024**2} MB, {seconds:.1f} s")
    assert told == rows
    assert memory < reading.MEMORY
    assert seconds < reading.SECONDS
