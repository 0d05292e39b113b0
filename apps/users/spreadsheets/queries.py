"""The SQL of rows on their way: in by COPY, out by their place in the file, and marked many at once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple
from uuid import UUID

from apps.mfis.core.database import copied, copy_in, execute, fetch_all
from apps.mfis.core.rows import as_arrays
from apps.users.spreadsheets.files.cells import Spoken

STAGE = "COPY users_importrow (run_id, sheet, number, ordinal, cells) FROM STDIN"

CHUNK = """
    SELECT ordinal, number, cells::text FROM users_importrow
     WHERE run_id = %(run)s AND sheet = %(sheet)s AND number > %(head)s AND state = 'waiting'
       AND (ordinal, number) > (%(ordinal)s, %(number)s)
     ORDER BY ordinal, number LIMIT %(size)s
"""

REST_OF_GROUP = """
    SELECT ordinal, number, cells::text FROM users_importrow
     WHERE run_id = %(run)s AND sheet = %(sheet)s AND state = 'waiting' AND ordinal = %(ordinal)s
       AND number > %(number)s
     ORDER BY number
"""

# What an earlier rehearsal said is forgotten.
FORGET = """
    UPDATE users_importrow SET state = 'waiting', errors = NULL, note = '', kept = NULL, does = ''
     WHERE run_id = %s AND sheet = %s AND (state <> 'waiting' OR kept IS NOT NULL)
"""

UNGROUP = "UPDATE users_importrow SET ordinal = number WHERE run_id = %s AND sheet = %s AND ordinal <> number"

GROUP_KEYS = """
    SELECT number, cells -> %s FROM users_importrow
     WHERE run_id = %s AND sheet = %s AND number > %s ORDER BY number
"""

# Headings and sums are among these: a cell alone, the word for a sum, amounts alone, or the first heading again.
UNLIKE_RECORDS = """
    SELECT number, cells::text FROM users_importrow
     WHERE run_id = %s AND sheet = %s AND number > %s
       AND (cells::text ~* 'total|kakaretso|kaofela' OR cells - %s::text[] = '{}'::jsonb OR cells ->> %s = %s
            OR (SELECT count(*) FROM jsonb_object_keys(cells)) = 1)
     ORDER BY number
"""

ROWS_AFTER = """
    SELECT number, cells::text FROM users_importrow
     WHERE run_id = %s AND sheet = %s AND number > %s ORDER BY number LIMIT 5000
"""

LEAVE_OUT = """
    UPDATE users_importrow SET state = 'left', note = %s, does = 'pass'
     WHERE run_id = %s AND sheet = %s AND number = ANY (%s)
"""

REGROUP = """
    UPDATE users_importrow r SET ordinal = w.ordinal
      FROM unnest(%s::int[], %s::int[]) AS w (number, ordinal)
     WHERE r.run_id = %s AND r.sheet = %s AND r.number = w.number AND r.ordinal <> w.ordinal
"""

MARK = """
    UPDATE users_importrow r
       SET state = w.state, errors = w.errors, note = w.note, kept = w.kept, does = w.does, record = w.record,
           was = w.was, schema_name = w.schema_name
      FROM unnest(%s::int[], %s::int[], %s::text[], %s::jsonb[], %s::text[], %s::jsonb[], %s::text[], %s::text[],
                  %s::jsonb[], %s::text[])
           AS w (ordinal, number, state, errors, note, kept, does, record, was, schema_name)
     WHERE r.run_id = %s AND r.sheet = %s AND r.ordinal = w.ordinal AND r.number = w.number
"""

# The last is taken back first: a later row may rest on an earlier one.
MADE = """
    SELECT ordinal, number, record, does, was::text, schema_name FROM users_importrow
     WHERE run_id = %(run)s AND sheet = %(sheet)s AND state = 'done'
     ORDER BY ordinal DESC, number DESC LIMIT %(size)s
"""

REST_OF_MADE = """
    SELECT ordinal, number, record, does, was::text, schema_name FROM users_importrow
     WHERE run_id = %(run)s AND sheet = %(sheet)s AND state = 'done' AND ordinal = %(ordinal)s AND number < %(number)s
     ORDER BY number DESC
"""

RECORDS = """
    SELECT schema_name, array_agg(DISTINCT record) FROM users_importrow
     WHERE run_id = %s AND sheet = %s AND state = %s AND record <> '' GROUP BY 1
"""

DONE_AGAIN = (
    "UPDATE users_importrow SET state = 'done', note = '' WHERE run_id = %s AND sheet = %s AND state = 'stayed'"
)

MARK_UNDONE = """
    UPDATE users_importrow r SET state = w.state, note = w.note
      FROM unnest(%s::int[], %s::int[], %s::text[], %s::text[]) AS w (ordinal, number, state, note)
     WHERE r.run_id = %s AND r.sheet = %s AND r.ordinal = w.ordinal AND r.number = w.number
"""

# Their own: what people wrote. What became of each row stays.
EMPTY = """
    UPDATE users_importrow SET cells = NULL, kept = NULL, errors = NULL, was = NULL, note = ''
     WHERE run_id = ANY (%s::uuid[]) AND cells IS NOT NULL
"""

DROP_OTHERS = "DELETE FROM users_importrow WHERE run_id = %s AND (sheet <> %s OR number <= %s)"

COUNTS = """
    SELECT state, does, count(*) FROM users_importrow
     WHERE run_id = %s AND sheet = %s AND number > %s GROUP BY 1, 2
"""


class Line(NamedTuple):
    """A row as it waits: the first row of its group, its own number, its cells by place."""

    ordinal: int
    number: int
    cells: dict[str, Spoken]


class Mark(NamedTuple):
    """What is kept of a row after a step."""

    ordinal: int
    number: int
    state: str
    errors: str | None = None
    note: str = ""
    kept: str | None = None
    does: str = ""
    record: str = ""
    was: str | None = None
    schema_name: str = ""


class MadeLine(NamedTuple):
    """A row that was written, as it is taken back."""

    ordinal: int
    number: int
    record: str
    does: str
    was: dict[str, Any]
    schema_name: str


def stage(run: UUID, rows: Iterable[tuple[int, int, str]]) -> int:
    """Keeps rows of sheet, number and cells in JSON. Returns how many."""
    return copy_in(STAGE, (f"{run}\t{sheet}\t{n}\t{n}\t{copied(cells)}\n" for sheet, n, cells in rows))


def waiting_chunks(run: UUID, sheet: int, head: int, size: int) -> Iterator[list[Line]]:
    """The rows that wait, in the order of the file, about `size` at a time; a group is never parted."""
    place = {"run": run, "sheet": sheet, "head": head, "ordinal": 0, "number": 0, "size": size}
    while found := fetch_all(CHUNK, place):
        place |= {"ordinal": found[-1][0], "number": found[-1][1]}
        if len(found) == size and (rest := fetch_all(REST_OF_GROUP, place)):
            place["number"] = rest[-1][1]
            found += rest
        yield [Line(ordinal, number, json.loads(cells)) for ordinal, number, cells in found]


def forget_rehearsal(run: UUID, sheet: int) -> None:
    """Lets all rows wait again."""
    execute(FORGET, [run, sheet])
    execute(UNGROUP, [run, sheet])


def group_keys(run: UUID, sheet: int, head: int, place: int) -> list[tuple[int, Any]]:
    """Of each row its number, and what stands at one place."""
    return [
        (number, json.loads(cell) if cell else None)
        for number, cell in fetch_all(GROUP_KEYS, [str(place), run, sheet, head])
    ]


def unlike_records(
    run: UUID, sheet: int, head: int, amounts: list[str], heading: tuple[str, str]
) -> Iterator[tuple[int, dict[str, Spoken]]]:
    """The rows that may be headings or sums: by the places of amounts, and the first heading with its place."""
    found = fetch_all(UNLIKE_RECORDS, [run, sheet, head, amounts, *heading])
    return ((number, json.loads(cells)) for number, cells in found)


def rows_after(run: UUID, sheet: int, number: int) -> list[Any]:
    """The next few thousand rows in the file's order: numbers, and cells in JSON."""
    return fetch_all(ROWS_AFTER, [run, sheet, number])


def leave_out(run: UUID, sheet: int, numbers: list[int], note: str) -> None:
    """Marks rows that are no records."""
    if numbers:
        execute(LEAVE_OUT, [note, run, sheet, numbers])


def regroup(run: UUID, sheet: int, ordinals: Collection[tuple[int, int]]) -> None:
    """Puts rows (number, ordinal) beside the first of their group."""
    execute(REGROUP, [*as_arrays(ordinals, 2), run, sheet])


def mark(run: UUID, sheet: int, marks: Collection[Mark]) -> None:
    """Keeps what became of rows."""
    if marks:
        execute(MARK, [*as_arrays(marks, len(Mark._fields)), run, sheet])


def made_lines(run: UUID, sheet: int, size: int) -> list[MadeLine]:
    """The last rows that were written and not taken back, about `size` of them; a group is never parted."""
    place = {"run": run, "sheet": sheet, "size": size}
    found = fetch_all(MADE, place)
    if len(found) == size:
        found += fetch_all(REST_OF_MADE, place | {"ordinal": found[-1][0], "number": found[-1][1]})
    return [
        MadeLine(ordinal, number, record, does, json.loads(was) if was else {}, schema)
        for ordinal, number, record, does, was, schema in found
    ]


def mark_undone(run: UUID, sheet: int, marks: Collection[tuple[int, int, str, str]]) -> None:
    """Keeps of each row (ordinal, number) whether it was taken back, or why it stayed."""
    if marks:
        execute(MARK_UNDONE, [*as_arrays(marks, 4), run, sheet])


def records(run: UUID, sheet: int, state: str) -> dict[str, list[str]]:
    """The records of the rows in a state, by the schema in which they stand."""
    return {schema: list(found) for schema, found in fetch_all(RECORDS, [run, sheet, state])}


def try_again(run: UUID, sheet: int) -> None:
    """Lets what stayed be taken back again."""
    execute(DONE_AGAIN, [run, sheet])


def empty(runs: Collection[UUID]) -> int:
    """Removes what stands in the rows of these runs. Returns in how many."""
    return execute(EMPTY, [[str(run) for run in runs]])


def drop_others(run: UUID, sheet: int, head: int) -> None:
    """Removes the rows of other sheets, and those above the head."""
    execute(DROP_OTHERS, [run, sheet, head])


def counts(run: UUID, sheet: int, head: int) -> dict[tuple[str, str], int]:
    """How many rows there are in each state, by what they do."""
    return {(state, does): int(n) for state, does, n in fetch_all(COUNTS, [run, sheet, head])}
