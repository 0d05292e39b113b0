"""The shape of the code in a few numbers, and whether they are what the house wants: `python -m tests.shape`."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.imports import ROOT, cycles, imports, module_of, sources, strays, upward

LONGEST_LINE = 120
CURSORS = re.compile(r"\.cursor\(")
EXCEPTIONS = re.compile(r"#\s*fmt:\s*(?:skip|off)")
# What a program wrote, or what is somebody else's.
NOT_OURS = ("portal/dist/", "portal/openapi.json", "portal/src/schema.ts", "portal/package-lock.json", "/vendor/")
LINES_OF = (".py", ".html", ".css", ".js", ".ts", ".tsx")


@dataclass(frozen=True)
class Size:
    """Where something stands, and how many lines it has."""

    lines: int
    where: str


@dataclass(frozen=True)
class Figure:
    """One number, at most `limit` if there is one, and the places that make it."""

    name: str
    value: int
    limit: int | None = None
    places: tuple[str, ...] = ()

    @property
    def is_kept(self) -> bool:
        return self.limit is None or self.value <= self.limit


def tracked(*endings: str) -> Iterator[Path]:
    """Files that git knows, or would take, and that people write."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines():
        if name.endswith(endings) and not any(part in name for part in NOT_OURS) and (ROOT / name).exists():
            yield ROOT / name


def written(path: Path) -> bool:
    """Whether people go on changing the file: a migration is written once."""
    return "migrations" not in path.parts


def functions() -> list[Size]:
    found = []
    for path in filter(written, tracked(".py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                found.append(Size(lines, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"))
    return sorted(found, key=lambda size: size.lines)


def files() -> list[Size]:
    paths = filter(written, tracked(".py"))
    return sorted((Size(_lines(p), str(p.relative_to(ROOT))) for p in paths), key=lambda size: size.lines)


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def matching(pattern: re.Pattern[str], paths: Iterator[Path]) -> list[str]:
    """The places where a line matches."""
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]


def at(sizes: list[Size], share: float) -> int:
    """The size that `share` of all keep within."""
    return sizes[min(int(len(sizes) * share), len(sizes) - 1)].lines


def figures() -> list[Figure]:
    """All numbers, in the order in which they are printed."""
    of_functions, of_files = functions(), files()
    too_long = matching(re.compile(rf"^.{{{LONGEST_LINE + 1}}}"), filter(written, tracked(*LINES_OF)))
    exceptions = [place for place in matching(EXCEPTIONS, tracked(".py")) if not place.startswith("tests/shape.py")]
    with_cursors = sorted({module_of(p) for p in sources() if CURSORS.search(p.read_text(encoding="utf-8"))})
    return [
        Figure("functions, lines at p50", at(of_functions, 0.5), 7),
        Figure("functions, lines at p90", at(of_functions, 0.9), 20),
        Figure("functions, longest", of_functions[-1].lines, 45, _above(of_functions, 45)),
        Figure("files, lines at p50", at(of_files, 0.5)),
        Figure("files, lines at p90", at(of_files, 0.9)),
        Figure("files, longest", of_files[-1].lines, 350, _above(of_files, 350)),
        Figure(f"lines over {LONGEST_LINE}", len(too_long), 0, tuple(too_long)),
        Figure("fmt: skip", len(exceptions), 0, tuple(exceptions)),
        Figure("modules that open cursors", len(with_cursors), 6, tuple(with_cursors)),
        Figure("import cycles", len(cycles()), 0, tuple(", ".join(group) for group in cycles())),
        Figure("rooms that import upwards", len(upward()), 0, tuple(upward())),
        Figure("modules outside the rooms", len(strays()), 0, tuple(strays())),
    ]


def _above(sizes: list[Size], limit: int) -> tuple[str, ...]:
    return tuple(f"{size.lines} {size.where}" for size in sizes if size.lines > limit)


def main() -> int:
    """Prints every number; returns 1 where one is over its limit, with the places."""
    print(f"{len(functions())} functions in {len(files())} files, {len(imports())} modules of the product")
    found = figures()
    for figure in found:
        limit = "" if figure.limit is None else f"  (at most {figure.limit})"
        print(f"{figure.name:<28} {figure.value:>5}{limit}{'' if figure.is_kept else '  <-- too many'}")
    for figure in found:
        for place in () if figure.is_kept else figure.places:
            print(f"  {figure.name}: {place}")
    return 0 if all(figure.is_kept for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
