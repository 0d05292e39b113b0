"""What PostgreSQL does for each query of a page: finds where a table that grows with the business is read whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from typing import Any

from django.db import connection

from config.checks import BIG

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


def read_whole(asked: list[Asked], known: set[str] | None = None) -> list[Whole]:
    """The big tables that these queries read whole, by the plans that PostgreSQL makes now; once for each query, and
    not again for one that is `known`, which is added to."""
    known = set() if known is None else known
    found: list[Whole] = []
    for query in asked:
        key = f"{query.sql} {query.values!r}"
        if key not in known:
            known.add(key)
            found += _of(query)
    return found


def _of(query: Asked) -> Iterator[Whole]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (VERBOSE, FORMAT JSON) {query.sql}", query.values)
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
    if _is_big(node) and not some and budget > node["Total Cost"] * MOST:
        yield table
    if kind == "Limit":
        budget = node["Total Cost"]
    elif kind in WAITING_FOR_ALL:
        budget = inf
    for below in node.get("Plans", ()):
        yield from _whole(below, partial, budget=budget)


def _is_big(node: dict[str, Any]) -> bool:
    """Of the public schema only the directory grows: the accounts there are Letsema's own people's."""
    table = node.get("Relation Name", "")
    return table in BIG and (node.get("Schema") != "public" or table == "mfis_directoryentry")


def _drawn(node: dict[str, Any], depth: int = 1) -> Iterator[str]:
    said = [node["Node Type"], node.get("Relation Name", ""), node.get("Index Name", "")]
    conditions = [f"({node[name]})" for name in ("Index Cond", "Filter", "Sort Key") if name in node]
    yield f"{'  ' * depth}{' '.join(part for part in [*said, *map(str, conditions)] if part)} rows={node['Plan Rows']}"
    for below in node.get("Plans", ()):
        yield from _drawn(below, depth + 1)


def pretend_big(factor: int = 20_000) -> None:
    """Lets the planner take each big table of the present schemas for one with so many rows to each that it has.

    A page's queries are then planned as in a big MFI, from the values that the few rows show. What is told is forgotten
    with the transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind = 'r' AND c.relname = ANY(%s) AND n.nspname IN (current_schema(), 'public')",
            [sorted(BIG)],
        )
        for schema, table in cursor.fetchall():
            cursor.execute(f'ANALYZE "{schema}"."{table}"')
            cursor.execute(
                "SELECT pg_restore_relation_stats('schemaname', n.nspname::text, 'relname', c.relname::text, "
                "'relpages', greatest(c.relpages, 1), 'reltuples', (greatest(c.reltuples, 10) * %s)::real) "
                "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname = %s",
                [factor, schema, table],
            )


def pages_of(
    client: Any, site: Any, urlconf: str, words: dict[str, str], *, columns: bool = False
) -> Iterator[tuple[str, str]]:
    """Each list of a site as it is asked for: its name and address for the first page, deep ones, each choice of each
    filter, each search, and each column's order where that is wanted. Answers must tell their contexts."""
    from django.urls import reverse

    for admin in site._registry.values():
        at = reverse(f"admin:{admin.opts.app_label}_{admin.opts.model_name}_changelist", urlconf=urlconf)
        yield from _pages_of_list(client, str(admin.opts.model_name), at, admin, words, columns=columns)


def _pages_of_list(
    client: Any, name: str, at: str, admin: Any, words: dict[str, str], *, columns: bool
) -> Iterator[tuple[str, str]]:
    yield name, at
    answer = client.get(at)
    shown = answer.context["cl"] if answer.status_code == 200 and answer.context and "cl" in answer.context else None
    if shown is None:
        return
    if shown.multi_page:
        yield f"{name}, page 1,000", f"{at}?p=1000"
        yield f"{name}, last page", f"{at}?p=-1"
        following = [link.query for link in shown.page_links if "Next" in link.label]
        yield from ((f"{name}, next page", f"{at}{query}") for query in following)
    for spec in shown.filter_specs:
        for choice in list(spec.choices(shown))[1:]:
            yield f"{name}, {spec.title} {choice['display']}", f"{at}{choice['query_string']}"
    for n, column in enumerate(admin.list_display if columns else ()):
        yield f"{name} by {column}", f"{at}?o={n}"
        yield f"{name} by {column}, falling", f"{at}?o=-{n}"
    if admin.search_fields:
        yield from ((f"{name}, search: {kind}", f"{at}?q={word}") for kind, word in words.items())
