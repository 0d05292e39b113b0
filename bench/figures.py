"""Runs the benchmarks one after the other and writes what each printed into docs/figures.md.

    uv run python bench/figures.py [NAME ...] [--list]

Without names all are run, which takes about an hour; with names those alone, and the others' sections stay as they are.
Each section says when it ran and on what machine, so that old and new are told apart.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "figures.md"
HEAD = """# Figures

What Letsema does in a second, in how long, and with how many bytes: printed by the benchmarks of `bench/` themselves,
and written here by `python bench/figures.py`. Speeds of a shared machine vary by two within an hour: set ratios of one
section beside each other, and absolute figures beside those of others only with the machine that is named.
"""


@dataclass(frozen=True)
class Section:
    """A part of the page: a benchmark's command, and what it is about."""

    name: str
    title: str
    arguments: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        return " ".join(["python", f"bench/{self.name}.py", *self.arguments])


SECTIONS = (
    Section("throughput", "Receipts and pay-outs a second, and what a receipt keeps"),
    Section("receipts", "A receipt's price, and many by one command"),
    Section("engine", "Folding a loan"),
    Section("take_on", "Running loans of another system"),
    Section("positions", "Reports of a past day"),
    Section("big_mfi", "Pages of an MFI with 200,000 loans"),
    Section("loan_page", "A loan's page, whatever its history"),
    Section("day_end", "The end of a day"),
    Section("imports", "People from a spreadsheet"),
    Section("provisioning", "Opening an MFI"),
    Section("many_mfis", "One server with 10, 100 and 500 MFIs"),
    Section("api", "The API"),
    Section("credit", "Credit histories"),
    Section("cluster", "Several masters"),
)


def machine() -> str:
    """The machine in a line."""
    cpu = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    name = cpu[1].strip() if cpu else platform.machine()
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    return f"{os.cpu_count()} cores of {name}, {memory:.0f} GiB, {system}, Python {platform.python_version()}"


def run(section: Section) -> str:
    """The section as it stands on the page, from a run of its benchmark.

    Raises:
        SystemExit: the benchmark failed; the page stays as it is.
    """
    print("·", section.command, flush=True)
    command = [sys.executable, f"bench/{section.name}.py", *section.arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{section.command} failed")
    print(done.stdout, flush=True)
    said = f"`{section.command}`, {datetime.now(UTC):%-d %B %Y}, on {machine()}:"
    return f"## {section.title}\n\n{said}\n\n```\n{done.stdout.strip()}\n```\n"


def standing() -> dict[str, str]:
    """The sections that the page has, by title."""
    if not PAGE.exists():
        return {}
    parts = re.split(r"^(?=## )", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {part.splitlines()[0].removeprefix("## "): part for part in parts}


def write(parts: dict[str, str]) -> None:
    """Writes the page with these sections, in their order."""
    known = [parts[section.title].strip() for section in SECTIONS if section.title in parts]
    PAGE.write_text("\n".join([HEAD, *(f"{part}\n" for part in known)]), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[[], *(section.name for section in SECTIONS)], metavar="NAME")
    parser.add_argument("--list", action="store_true", help="the names")
    given = parser.parse_args()
    if given.list:
        print(*(f"{section.name:<12} {section.title}" for section in SECTIONS), sep="\n")
        return
    for section in SECTIONS:
        if not given.names or section.name in given.names:
            write(standing() | {section.title: run(section)})


if __name__ == "__main__":
    main()
