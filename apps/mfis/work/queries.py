"""The SQL of work that waits. Every table is named with its schema: the path may be any MFI's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from apps.mfis.core.database import connection, execute, fetch_all, fetch_one
from apps.mfis.work.kinds import ASKING_HISTORIES, NOTES, OF_EACH_MFI

# A schema whose notes failed to be taken up waits as a job does.
NOTED = """
    SELECT n.schema_name FROM public.mfis_worknote n
      LEFT JOIN public.mfis_job j ON j.schema_name = n.schema_name AND j.name = %s
     WHERE n.due_at <= clock_timestamp() AND (j.due_at IS NULL OR j.due_at <= clock_timestamp())
     GROUP BY 1 ORDER BY min(n.due_at)
"""

# Both at one instant: were MongoDB seen well after the notes were read, the sweep that follows notes them anew.
READ_NOTES = """
    SELECT array(SELECT id FROM public.mfis_worknote WHERE schema_name = %(schema)s AND due_at <= clock_timestamp()),
           public.letsema_away(),
           coalesce((SELECT attempts FROM public.mfis_job WHERE schema_name = %(schema)s AND name = %(kind)s), 0)
"""

DUE_JOBS = """
    SELECT schema_name, name FROM public.mfis_job
     WHERE due_at <= clock_timestamp() AND name = ANY (%(kinds)s)
       AND NOT (name = ANY (%(asking)s) AND %(what)s = ANY (public.letsema_away()))
     ORDER BY due_at LIMIT %(maximum)s
"""

STILL_DUE = "SELECT FROM public.mfis_job WHERE schema_name = %s AND name = %s AND due_at <= clock_timestamp()"

# What happened while it ran it may have missed: then it is due again, a while later.
DONE = """
    UPDATE public.mfis_job
       SET due_at = CASE WHEN changed_at >= clock_timestamp() - interval '1 second' * %(took)s
                         THEN least(%(due)s, clock_timestamp() + interval '1 second' * %(after)s) ELSE %(due)s END,
           attempts = 0, failing_since = NULL, error = '', last_done_at = clock_timestamp(), took = %(took)s
     WHERE schema_name = %(schema)s AND name = %(kind)s
"""

FAILED = """
    INSERT INTO public.mfis_job AS j (schema_name, name, due_at, attempts, failing_since, error)
    VALUES (%(schema)s, %(kind)s, clock_timestamp() + interval '1 minute' * (%(waits)s::int[])[1], 1, now(), %(error)s)
    ON CONFLICT (schema_name, name) DO UPDATE
       SET attempts = j.attempts + 1, error = excluded.error, failing_since = coalesce(j.failing_since, now()),
           due_at = clock_timestamp() + interval '1 minute'
                    * (%(waits)s::int[])[least(j.attempts + 1, cardinality(%(waits)s::int[]))]
"""

POSTPONE = """
    UPDATE public.mfis_job SET due_at = clock_timestamp() + interval '1 second' * %s
     WHERE schema_name = %s AND name = %s
"""

# What is to follow a change is due a while after it was last done, or at once; what fails keeps its own wait. What is
# due already may be running.
CHANGED = """
    UPDATE public.mfis_job j
       SET changed_at = clock_timestamp(),
           due_at = CASE WHEN j.attempts = 0 THEN least(j.due_at, w.at) ELSE j.due_at END
      FROM (SELECT i.id, greatest(clock_timestamp(), i.last_done_at + interval '1 second' * k.after) AS at
              FROM unnest(%s::text[], %s::float[]) k (name, after)
              JOIN public.mfis_job i ON i.name = k.name
             WHERE i.schema_name = ANY (%s)) w
     WHERE j.id = w.id AND ((j.attempts = 0 AND j.due_at > w.at) OR j.due_at <= clock_timestamp())
"""

# New ones are spread over a few minutes, so that many MFIs at once are not looked at all at once.
PLAN = """
    INSERT INTO public.mfis_job (schema_name, name, due_at)
    SELECT s, k, now() + interval '1 second' * (hashtext(s || k) & 255)
      FROM unnest(%s::text[]) s CROSS JOIN unnest(%s::text[]) k
    ON CONFLICT DO NOTHING
"""

# A row that somebody else is changing says the same in a moment: nobody waits for a page's transaction.
MET_FAILURE = """
    WITH free AS (SELECT what FROM public.mfis_health WHERE what = %(what)s FOR UPDATE SKIP LOCKED),
      known AS (UPDATE public.mfis_health h
                   SET failing_since = coalesce(h.failing_since, clock_timestamp()), seen_at = clock_timestamp(),
                       error = %(error)s
                  FROM free WHERE h.what = free.what)
    INSERT INTO public.mfis_health (what, failing_since, seen_at, error)
    SELECT %(what)s, clock_timestamp(), clock_timestamp(), %(error)s
     WHERE NOT EXISTS (SELECT FROM public.mfis_health WHERE what = %(what)s)
    ON CONFLICT DO NOTHING
"""

# Whether it was away is read under the row's lock: a failure that is noted at the same moment is not lost between.
SEEN_WELL = """
    WITH old AS (SELECT what, failing_since FROM public.mfis_health WHERE what = %(what)s FOR UPDATE),
      known AS (UPDATE public.mfis_health h
                   SET failing_since = NULL, error = '', seen_at = clock_timestamp(), well_at = clock_timestamp()
                  FROM old
                 WHERE h.what = old.what
                   AND (h.failing_since IS NOT NULL OR h.well_at IS NULL
                        OR h.well_at < clock_timestamp() - interval '1 second' * %(every)s)
             RETURNING old.failing_since IS NOT NULL),
      made AS (INSERT INTO public.mfis_health (what, seen_at, well_at)
               SELECT %(what)s, clock_timestamp(), clock_timestamp() WHERE NOT EXISTS (SELECT FROM old)
               ON CONFLICT DO NOTHING)
    SELECT * FROM known
"""


class Taken(NamedTuple):
    """The notes of one schema that are due, what is known to be away, and how often taking it up has failed."""

    notes: list[int]
    away: list[str]
    attempts: int


@contextmanager
def holding(schema: str, lane: str) -> Iterator[bool]:
    """Whether this session holds a schema for a lane meanwhile; False where another worker has it.

    A lock of the session, not of a transaction: the work has its own. It ends with the connection too, so that what a
    killed worker held is free.
    """
    name = f"letsema.{lane}.{schema}"
    found = fetch_one("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
    mine = bool(found and found[0])
    session = connection.connection
    try:
        yield mine
    finally:
        if mine and connection.connection is session and not session.closed:
            execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])


def noted_schemas() -> list[str]:
    """The schemas in which something waits, the longest first."""
    return [schema for (schema,) in fetch_all(NOTED, [NOTES])]


def read_notes(schema: str) -> Taken:
    """What is due in one schema now."""
    found = fetch_one(READ_NOTES, {"schema": schema, "kind": NOTES})
    return Taken(*found) if found else Taken([], [], 0)


def delete_notes(notes: Sequence[int]) -> None:
    """Deletes the notes that were worked off; what came meanwhile stays."""
    execute("DELETE FROM public.mfis_worknote WHERE id = ANY (%s)", [list(notes)])


def note_at(schema: str, due_at: datetime) -> None:
    """Notes that a schema is to be taken up at an instant."""
    execute("SELECT public.letsema_note_at(%s, %s)", [schema, due_at])


def sweep(schemas: Sequence[str]) -> int:
    """Notes every schema in which something waits. Returns how many. One statement for 100 schemas: each of their
    tables takes a lock until it ends."""
    parts = [list(schemas[n : n + 100]) for n in range(0, len(schemas), 100)]
    return sum(found[0] for part in parts if (found := fetch_one("SELECT public.letsema_sweep(%s)", [part])))


def due_jobs(kinds: Sequence[str], *, histories: str, maximum: int = 100) -> list[tuple[str, str]]:
    """Schema and kind of the jobs that are due, the longest first; without those that MongoDB keeps waiting."""
    values = {"kinds": list(kinds), "asking": ASKING_HISTORIES, "what": histories, "maximum": maximum}
    return [(str(schema), str(kind)) for schema, kind in fetch_all(DUE_JOBS, values)]


def is_still_due(schema: str, kind: str) -> bool:
    """Whether nobody else has done it since it was listed."""
    return fetch_one(STILL_DUE, [schema, kind]) is not None


def note_done(schema: str, kind: str, due_at: datetime, took: float, after: float = 0) -> None:
    """Notes that a job was done, in so many seconds, and when it is due again: at an instant, or where something
    happened meanwhile, `after` so many seconds."""
    execute(DONE, {"due": due_at, "took": took, "after": after, "schema": schema, "kind": kind})


def note_failed(schema: str, kind: str, error: str, waits: Sequence[int]) -> None:
    """Notes that a job failed; it is due again after the wait of that many failures, in minutes."""
    execute(FAILED, {"schema": schema, "kind": kind, "error": error, "waits": list(waits)})


def postpone(schema: str, kind: str, seconds: float) -> None:
    """Lets a job wait that could not be done yet, which is no failure."""
    execute(POSTPONE, [seconds, schema, kind])


def note_changed(schema: str) -> None:
    """Brings forward what is to follow a change in a schema."""
    following = {kind.name: kind.seconds_after_change for kind in OF_EACH_MFI if kind.after_change is not None}
    execute(CHANGED, [list(following), list(following.values()), [schema]])


def bring_forward(schemas: Sequence[str], kinds: Sequence[str]) -> None:
    """Makes these jobs due now; one that is running is done again after it."""
    execute(CHANGED, [list(kinds), [0.0] * len(kinds), list(schemas)])


def plan(schemas: Sequence[str], kinds: Sequence[str]) -> int:
    """Adds the jobs that these schemas lack. Returns how many."""
    return execute(PLAN, [list(schemas), list(kinds)])


def plan_mfi(schema: str) -> None:
    """Adds the jobs of a schema that was made."""
    plan([schema], [kind.name for kind in OF_EACH_MFI])


def met_failure(what: str, error: str) -> None:
    """Notes that something did not answer."""
    execute(MET_FAILURE, {"what": what, "error": error[:200]})


def seen_well(what: str, *, every: float = 5) -> bool:
    """Notes that something answered, at most every so many seconds. Whether it had been away."""
    found = fetch_one(SEEN_WELL, {"what": what, "every": every})
    return bool(found and found[0])


def known_away() -> list[str]:
    """What is known to be away; after a while without news it is asked again."""
    found = fetch_one("SELECT public.letsema_away()")
    return list(found[0]) if found else []
