"""Writes what changed of positions: one statement, for one loan or for thousands."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from apps.loans.book.position_rows import ROWS, Row, Timeline
from apps.mfis.core.database import execute
from apps.mfis.core.rows import as_array

TABLES = ("loans_position", "loans_installmentposition", "loans_allocation")  # in the order of ROWS


def _kept(table: str, row: type[Row]) -> str:
    """Parts of a WITH. What is no more known by the end of the day goes if it was not known before it, and is closed
    otherwise; new rows come as JSON, in which the table's own columns say of which type each value is."""
    columns = ", ".join(["loan_id", "known_from", "known_to", *row._fields])
    return f"""
        gone_{table} AS (DELETE FROM {table} WHERE id = ANY(%s::bigint[])),
        past_{table} AS (
            UPDATE {table} SET known_to = c.day
              FROM unnest(%s::bigint[], %s::date[]) AS c (id, day) WHERE {table}.id = c.id),
        new_{table} AS (
            INSERT INTO {table} ({columns})
            SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %s::jsonb)),
        """  # noqa: S608 - constants


COVERAGE = ("loan_id", "facts", "last_fact", "known_on", "until", "last_row")

# Parts of a statement's WITH, so that they are written by the one that writes the rest of what is kept of a loan.
KEEP = f"""{"".join(map(_kept, TABLES, ROWS))} covered AS (
    INSERT INTO loans_positioncoverage ({", ".join(COVERAGE)})
    SELECT {", ".join(COVERAGE)} FROM jsonb_populate_recordset(NULL::loans_positioncoverage, %s::jsonb)
    ON CONFLICT (loan_id) DO UPDATE
       SET facts = excluded.facts, last_fact = excluded.last_fact, known_on = excluded.known_on,
           until = excluded.until, last_row = excluded.last_row)
"""  # noqa: S608 - constants

NOTHING = ["{}", "{}", "{}", "[]"] * len(TABLES) + ["[]"]  # values of KEEP where no position changes

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


def kept_of(loans: Sequence[Covered]) -> list[str]:
    """The values of KEEP for these loans, each once."""
    values: list[str] = []
    for n in range(len(TABLES)):
        timelines = [(loan.loan_id, loan.timelines[n]) for loan in loans]
        closed = [pair for _, timeline in timelines for pair in timeline.closed]
        values.append(as_array(key for _, timeline in timelines for key in timeline.dropped))
        values += [as_array(key for key, _ in closed), as_array(day for _, day in closed)]
        values.append(_document([_told(key, *new) for key, timeline in timelines for new in timeline.unwritten]))
    return [*values, _document([{column: getattr(loan, column) for column in COVERAGE} for loan in loans])]


def _told(loan_id: UUID, row: Row, since: date, to: date | None) -> dict[str, Any]:
    return {"loan_id": loan_id, "known_from": since, "known_to": to, **row._asdict()}


def _document(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, default=str)


def drop_rows(loans: Sequence[UUID]) -> None:
    """Takes all positions of these loans away, until they are folded again."""
    execute(DROPPED, {"loans": list(loans)})
