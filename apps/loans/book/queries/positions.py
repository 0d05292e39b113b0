"""Writes what changed of a loan's positions: one statement for one more fact."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from apps.loans.book.position_rows import ROWS, Row, Timeline
from apps.mfis.core.database import execute

TABLES = ("loans_position", "loans_installmentposition", "loans_allocation")  # in the order of ROWS


def _forgotten(table: str, n: int) -> str:
    """What is no more known by the end of the day is dropped if it was not known before it, and closed otherwise."""
    return f"""
        DELETE FROM {table} WHERE id = ANY(%(dropped{n})s);
        UPDATE {table} SET known_to = %(known_on)s WHERE id = ANY(%(closed{n})s);
    """  # noqa: S608 - constants


FORGOTTEN = "".join(_forgotten(table, n) for n, table in enumerate(TABLES))


def _inserted(table: str, row: type[Row], n: int) -> str:
    """Rows come as JSON, in which the table's own columns say of which type each value is."""
    columns = ", ".join(["loan_id", "known_from", "known_to", *row._fields])
    return f"""
        INSERT INTO {table} ({columns})
        SELECT {columns} FROM jsonb_populate_recordset(NULL::{table}, %(rows{n})s)
        """  # noqa: S608 - constants


COVERED = """
    INSERT INTO loans_positioncoverage (loan_id, facts, last_fact, known_on, until, last_row)
    VALUES (%(loan)s, %(facts)s, %(last_fact)s, %(known_on)s, %(until)s, %(last_row)s)
    ON CONFLICT (loan_id) DO UPDATE
       SET facts = excluded.facts, last_fact = excluded.last_fact, known_on = excluded.known_on,
           until = excluded.until, last_row = excluded.last_row
"""

DROPPED = "".join(
    f"DELETE FROM {table} WHERE loan_id = %(loan)s; "  # noqa: S608 - constants
    for table in (*TABLES, "loans_positioncoverage")
)


def write_rows(
    loan_id: UUID, timelines: Sequence[Timeline], *, facts: int, last_fact: UUID, known_on: date, until: date
) -> None:
    """Writes what is new in the timelines, of the tables in the order of `ROWS`, and how far they go now."""
    values: dict[str, Any] = {
        "loan": loan_id,
        "facts": facts,
        "last_fact": last_fact,
        "known_on": known_on,
        "until": until,
        "last_row": max((row.value_date for timeline in timelines for row in timeline.current), default=until),
    }
    steps: list[str] = []
    for n, (table, kind, timeline) in enumerate(zip(TABLES, ROWS, timelines, strict=True)):
        values |= {f"dropped{n}": timeline.dropped, f"closed{n}": timeline.closed}
        if rows := timeline.unwritten:
            values[f"rows{n}"] = json.dumps([_told(loan_id, *known) for known in rows], default=str)
            steps.append(f"rows{n} AS ({_inserted(table, kind, n)})")
    sql = (f"WITH {', '.join(steps)} " if steps else "") + COVERED
    forgets = any(timeline.dropped or timeline.closed for timeline in timelines)
    execute(FORGOTTEN + sql if forgets else sql, values)


def _told(loan_id: UUID, row: Row, since: date, to: date | None) -> dict[str, Any]:
    return {"loan_id": loan_id, "known_from": since, "known_to": to, **row._asdict()}


def drop_rows(loan_id: UUID) -> None:
    """Takes all positions of a loan away, until it is folded again."""
    execute(DROPPED, {"loan": loan_id})
