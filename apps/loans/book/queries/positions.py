"""Writes what changed of positions: one statement, for one loan or for thousands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from apps.loans.book.position_rows import ROWS, Row, Timeline
from apps.mfis.core.database import execute

TABLES = ("loans_position", "loans_installmentposition", "loans_allocation")  # in the order of ROWS


def _forgotten(table: str, n: int) -> str:
    """What is no more known by the end of the day is dropped if it was not known before it, and closed otherwise."""
    return f"""
        DELETE FROM {table} WHERE id = ANY(%(dropped{n})s);
        UPDATE {table} SET known_to = c.day
          FROM unnest(%(closed{n})s::bigint[], %(closed_on{n})s::date[]) AS c (id, day) WHERE {table}.id = c.id;
    """  # noqa: S608 - constants


FORGOTTEN = "".join(_forgotten(table, n) for n, table in enumerate(TABLES))


def _inserted(table: str, row: type[Row], n: int) -> str:
    """Rows come as JSON, in which the table's own columns say of which type each value is."""
    columns = ", ".join(["loan_id", "known_from", "known_to", *row._fields])
    return f"""
        INSERT INTO {table} ({columns})
        SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %(rows{n})s)
        """  # noqa: S608 - constants


COVERAGE = ("loan_id", "facts", "last_fact", "known_on", "until", "last_row")

COVERED = f"""
    INSERT INTO loans_positioncoverage ({", ".join(COVERAGE)})
    SELECT {", ".join(COVERAGE)} FROM jsonb_populate_recordset(NULL::loans_positioncoverage, %(covered)s)
    ON CONFLICT (loan_id) DO UPDATE
       SET facts = excluded.facts, last_fact = excluded.last_fact, known_on = excluded.known_on,
           until = excluded.until, last_row = excluded.last_row
"""  # noqa: S608 - constants

DROPPED = "".join(
    f"DELETE FROM {table} WHERE loan_id = ANY(%(loans)s); "  # noqa: S608 - constants
    for table in (*TABLES, "loans_positioncoverage")
)


class Covered(NamedTuple):
    """What is new in a loan's timelines, of the tables in the order of `ROWS`, and how far they go now."""

    loan_id: UUID
    timelines: Sequence[Timeline]
    facts: int
    last_fact: UUID
    known_on: date
    until: date

    @property
    def last_row(self) -> date:
        """No row that is known now has a later day of value."""
        return max((row.value_date for timeline in self.timelines for row in timeline.current), default=self.until)


def write_rows(loans: Sequence[Covered]) -> None:
    """Writes what is new of these loans, each once: one statement, two where rows are closed."""
    values: dict[str, Any] = {"covered": _document([{c: getattr(loan, c) for c in COVERAGE} for loan in loans])}
    steps: list[str] = []
    for n, (table, kind) in enumerate(zip(TABLES, ROWS, strict=True)):
        timelines = [(loan.loan_id, loan.timelines[n]) for loan in loans]
        closed = [pair for _, timeline in timelines for pair in timeline.closed]
        values[f"dropped{n}"] = [key for _, timeline in timelines for key in timeline.dropped]
        values[f"closed{n}"], values[f"closed_on{n}"] = [key for key, _ in closed], [day for _, day in closed]
        if rows := [_told(key, *known) for key, timeline in timelines for known in timeline.unwritten]:
            values[f"rows{n}"] = _document(rows)
            steps.append(f"rows{n} AS ({_inserted(table, kind, n)})")
    sql = (f"WITH {', '.join(steps)} " if steps else "") + COVERED
    forgets = any(values[f"{what}{n}"] for n in range(len(TABLES)) for what in ("dropped", "closed"))
    execute(FORGOTTEN + sql if forgets else sql, values)


def _told(loan_id: UUID, row: Row, since: date, to: date | None) -> dict[str, Any]:
    return {"loan_id": loan_id, "known_from": since, "known_to": to, **row._asdict()}


def _document(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, default=str)


def drop_rows(loans: Sequence[UUID]) -> None:
    """Takes all positions of these loans away, until they are folded again."""
    execute(DROPPED, {"loans": list(loans)})
