"""What PostgreSQL does for each query of a page: finds where a table that grows with the business is read whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from typing import Any

from django.db import connection

# What grows with every loan, receipt or person of an MFI.
BIG = frozenset(
    {
        "loans_loan",
        "loans_loanstate",
        "loans_loanevent",
        "loans_installment",
        "loans_earning",
        "loans_journalentry",
        "loans_journalline",
        "loans_transfer",
        "loans_guarantor",
        "loans_collateral",
        "loans_paymentnotice",
        "users_account",
        "users_borrowerprofile",
        "users_message",
        "users_command",
        "users_revision",
        "credit_outboxentry",
        "mfis_directoryentry",
    }
)

# What must have read all that is below it before it gives its first row: a limit above it saves nothing.
WAITING_FOR_ALL = frozenset({"Sort", "Aggregate", "Hash", "WindowAgg", "SetOp", "Unique", "Group"})


MOST = 0.5  # of what reading a table whole costs: with a limit that is reached before, it is not


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement as it was sent."""

    sql: str
    values: Any


@dataclass(frozen=True, slots=True)
class Whole:
    """A big table that a query reads whole."""

    table: str
    asked: Asked
    plan: str

    def __str__(self) -> str:
        return f"{self.table} is read whole\n  {self.asked.sql[:1500]}\n{self.plan}"


@contextmanager
def listening() -> Iterator[list[Asked]]:
    """Collects the queries that are sent meanwhile."""
    asked: list[Asked] = []

    def note(execute: Callable[..., Any], sql: Any, values: Any, many: bool, context: Any) -> Any:
        if isinstance(sql, str) and sql.lstrip().upper().startswith(("SELECT", "WITH", "EXECUTE")):
            asked.append(Asked(sql, values))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(note):
        yield asked


def read_whole(asked: list[Asked]) -> list[Whole]:
    """The big tables that these queries read whole, by the plans that PostgreSQL makes now."""
    return [found for one in dict.fromkeys((a.sql, repr(a.values)) for a in asked) for found in _of(asked, one)]


def _of(asked: list[Asked], one: tuple[str, str]) -> Iterator[Whole]:
    query = next(a for a in asked if (a.sql, repr(a.values)) == one)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {query.sql}", query.values)
        [(answer,)] = cursor.fetchall()
        cursor.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL")
        partial = {name.rpartition(".")[2] for (name,) in cursor.fetchall()}
    plan = answer[0]["Plan"]
    for table in dict.fromkeys(_whole(plan, partial, budget=inf)):
        yield Whole(table, query, "\n".join(_drawn(plan)))


def _whole(node: dict[str, Any], partial: set[str], *, budget: float) -> Iterator[str]:
    """`budget` is what a limit above lets this part of the plan cost; without one, infinite."""
    kind, table = node["Node Type"], node.get("Relation Name", "")
    some = "Index Cond" in node or kind in ("Bitmap Heap Scan", "Tid Scan") or node.get("Index Name") in partial
    if table in BIG and not some and budget > node["Total Cost"] * MOST:
        yield table
    if kind == "Limit":
        budget = node["Total Cost"]
    elif kind in WAITING_FOR_ALL:
        budget = inf
    for below in node.get("Plans", ()):
        yield from _whole(below, partial, budget=budget)


def _drawn(node: dict[str, Any], depth: int = 1) -> Iterator[str]:
    said = [node["Node Type"], node.get("Relation Name", ""), node.get("Index Name", "")]
    conditions = [f"({node[name]})" for name in ("Index Cond", "Filter", "Sort Key") if name in node]
    yield f"{'  ' * depth}{' '.join(part for part in [*said, *map(str, conditions)] if part)} rows={node['Plan Rows']}"
    for below in node.get("Plans", ()):
        yield from _drawn(below, depth + 1)
