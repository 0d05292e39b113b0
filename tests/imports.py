"""Who imports whom, by module and by room, as the sources say it. Tests, the shape and the picture use it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Imports go from the end of this list towards its beginning, and never back. Of an app without rooms the app is one.
ROOMS = (
    *("mfis.core", "mfis.work", "mfis.tenancy", "mfis.nodes"),
    *("users.accounts", "users.messaging", "users.access", "users.exporting", "users.back_office"),
    *(
        "users.consents",
        "users.complaints",
        "users.duplicates",
        "users.spreadsheets",
        "users.staff",
        "users.registration",
        "users.operators",
    ),
    "credit",
    *("loans.domain", "loans.products", "loans.book", "loans.ledger", "loans.recording", "loans.groups"),
    *(
        "loans.portfolios",
        "loans.security",
        "loans.applications",
        "loans.servicing",
        "loans.collections",
        "loans.statements",
    ),
    *("loans.histories", "loans.reporting", "loans.bureau", "loans.desk"),
    "config",
)
RANK = {room: rank for rank, room in enumerate(ROOMS)}
# What Django looks for at the top of an app; it gathers rooms, and no room imports it.
OF_AN_APP = ("admin", "apps", "imports", "models", "management", "migrations", "templatetags", "tests", "locale")


def sources() -> Iterator[Path]:
    """The Python files of the product: no tests, no migrations."""
    for folder in ("apps", "config"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if not {"tests", "migrations"} & set(path.parts):
                yield path


def module_of(path: Path) -> str:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


def room_of(module: str) -> str | None:
    """The room that a module belongs to; None for what gathers rooms at the top of an app, and for what is not ours."""
    top, *parts = module.split(".")
    if top == "config":
        return "config"
    if top != "apps" or not parts:
        return None
    if parts[0] in RANK:
        return parts[0]
    room = ".".join(parts[:2])
    return room if room in RANK else None


@cache
def imports() -> dict[str, frozenset[str]]:
    """For each module of the product the modules that it imports, also inside functions."""
    paths = {module_of(path): path for path in sources()}
    return {module: frozenset(imported_by(path, paths)) for module, path in paths.items()}


def imported_by(path: Path, known: Iterable[str] = ()) -> Iterator[str]:
    """The modules that a file imports; of those that are `known` the submodule itself."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                yield submodule if submodule in known else node.module


@cache
def room_imports() -> dict[str, dict[str, int]]:
    """For each room the rooms that it imports, and by how many of its modules."""
    counted: dict[str, dict[str, set[str]]] = {room: defaultdict(set) for room in ROOMS}
    for module, targets in imports().items():
        room = room_of(module)
        for target in filter(None, map(room_of, targets)):
            if room and target != room:
                counted[room][target].add(module)
    return {room: {to: len(modules) for to, modules in found.items()} for room, found in counted.items()}


def upward() -> list[str]:
    """Modules that import a room which stands later in the order."""
    found = []
    for module, targets in imports().items():
        room = room_of(module)
        for target in sorted(targets):
            to = room_of(target)
            if room and to and RANK[to] > RANK[room]:
                found.append(f"{module} imports {target}")
    return found


def strays() -> list[str]:
    """Modules of an app that stand in no room."""
    tops = [(module, module.split(".")) for module in imports() if module.startswith("apps.")]
    inside = [(module, parts) for module, parts in tops if len(parts) > 2 and parts[1] != "credit"]
    return [module for module, parts in inside if room_of(module) is None and parts[2] not in OF_AN_APP]


def cycles() -> list[list[str]]:
    """Groups of modules each of which imports, in the end, itself (Tarjan's strongly connected components)."""
    graph = {module: [t for t in targets if t in imports() and t != module] for module, targets in imports().items()}
    finder = _Components(graph)
    for module in graph:
        finder.visit(module)
    return [sorted(group) for group in finder.groups if len(group) > 1]


class _Components:
    def __init__(self, graph: dict[str, list[str]]) -> None:
        self.graph = graph
        self.index: dict[str, int] = {}
        self.low: dict[str, int] = {}
        self.stack: list[str] = []
        self.groups: list[list[str]] = []

    def visit(self, module: str) -> None:
        if module in self.index:
            return
        self.index[module] = self.low[module] = len(self.index)
        self.stack.append(module)
        for target in self.graph[module]:
            if target not in self.index:
                self.visit(target)
                self.low[module] = min(self.low[module], self.low[target])
            elif target in self.stack:
                self.low[module] = min(self.low[module], self.index[target])
        if self.low[module] == self.index[module]:
            at = self.stack.index(module)
            self.groups.append(self.stack[at:])
            del self.stack[at:]
