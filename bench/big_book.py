"""A big MFI's book: a few dozen loans told by the services themselves, multiplied set-wise by SQL.

Each copy has keys, numbers, references and a borrower of its own; days and amounts are its template's, so that
events, installments, states, accrual and journal agree with each other in every copy. Triggers and foreign keys rest
while it is filled (`session_replication_role`): the rows are as valid as those that they are copied from.

Nothing of Django is imported before a function is called: a server must run and be named first.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.big_people import add_people
from bench.lender import Lender
from bench.told_loans import FATES, tell_templates

FUNCTIONS = """
    -- A key of its own for copy k of a row: a UUIDv7 of the instant that is given, in ms.
    CREATE FUNCTION bench_id(old uuid, at bigint, k int) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT (lpad(to_hex(at + k * 200), 12, '0') || '7' || lpad(to_hex(k & 4095), 3, '0') || '8'
                || lpad(to_hex(k >> 12), 3, '0') || right(old::text, 12))::uuid
    $$;
    CREATE FUNCTION bench_person(p bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT (lpad(to_hex(1700000000000 + p * 1000), 12, '0') || '7000800000' || lpad(to_hex(p), 10, '0'))::uuid
    $$;
    CREATE TABLE bench_row (id uuid PRIMARY KEY, at bigint);
    CREATE TABLE bench_first (id uuid PRIMARY KEY, old uuid, at bigint);
    CREATE TABLE bench_borrower (id uuid PRIMARY KEY, t int);
"""


ARRIVING = """
    SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
     WHERE t.tgname = 'letsema_arrive' AND c.relnamespace = current_schema()::regnamespace
"""


@dataclass(frozen=True)
class Copied:
    """A table whose template rows are multiplied: of which day its rows are, and what else differs in copy `k`, as SQL
    by column: beside the keys, which always do."""

    table: str
    day: str
    texts: tuple[tuple[str, str], ...] = ()
    key: str = "id"
    order: str = "id"  # in which the rows of one day came


NUMBER = """
    CASE WHEN number = '' THEN '' ELSE left(number, 2) || lpad((k * {rows} + rank)::text, 8, '0') || '-' || (k % 10) END
"""
REFERENCE = "CASE WHEN reference = '' THEN '' ELSE left(reference, 2) || lpad((k * {rows} + rank)::text, 9, '0') END"
NUMBERED = (("number", NUMBER), ("reference", REFERENCE))

COPIED = (
    Copied("loans_loan", "submitted_on", (("number", NUMBER),)),
    Copied("loans_loanevent", "value_date", (*NUMBERED, ("chain_seq", "NULL")), order="recorded_at, id"),
    Copied("loans_loanstate", "coalesce(disbursed_on, current_date)", key="loan_id"),
    Copied("loans_installment", "due_date - days"),
    Copied("loans_earning", "start", key="loan_id"),
    Copied("loans_journalentry", "posted_on", (("narrative", "left(narrative || ' ' || k, 200)"),)),
    Copied("loans_journalline", "posted_on"),
    Copied("loans_paymentnotice", "paid_on", (("reference", REFERENCE),)),
    Copied("loans_guarantor", "created_at::date"),
    Copied("loans_collateral", "created_at::date", (("serial", "serial || k"),)),
    Copied("loans_dispute", "opened_on"),
    Copied("loans_applicationdraft", "created_at::date"),
    Copied("users_complaint", "opened_on"),
    Copied("users_message", "queued_at::date", (("key", "key || ':' || k"),)),
    Copied("credit_outboxentry", "queued_at::date", (("relayed_at", "now()"),)),
    Copied("loans_transfer", "value_date", (("reference", REFERENCE), ("written", REFERENCE))),
)

# What is told of the first copy, as its facts are of other days than the templates', and multiplied from there.
POSITIONS = ("loans_position", "loans_installmentposition", "loans_allocation", "loans_positioncoverage")

TIMES = ("recorded_at", "created_at", "queued_at")


@dataclass(frozen=True)
class Size:
    """How big a book is made; proposals are few in any MFI, so only so many loans have one."""

    loans: int
    people: int

    @property
    def copies(self) -> int:
        return max(self.loans // len(FATES) - 1, 0)


def multiply(size: Size, *, at_rest: bool = True) -> None:
    """Fills the present schema, which holds the templates, up to `size`.

    `at_rest` needs rights of the server that only a benchmark's gives. Without, it is filled within the present
    transaction, which must be undone: triggers are off to its end.
    """
    from apps.mfis.core.database import execute

    with _at_rest() if at_rest else _triggers_off():
        execute(FUNCTIONS)
        add_people(size.people)
        execute("INSERT INTO bench_borrower SELECT borrower_id, row_number() OVER (ORDER BY id) FROM loans_loan")
        for copied in COPIED:
            _place(copied)
        for copied in COPIED:
            _copy(copied, size, range(1, 2))
        _tell_positions()
        with _without_indexes() if at_rest else nullcontext():
            for copied in COPIED:
                _copy(copied, size, range(2, size.copies + 1))
            for table in POSITIONS:
                _copy_positions(table, size)
            _settle()
        execute("DROP FUNCTION bench_id, bench_person; DROP TABLE bench_row, bench_first, bench_borrower")


@contextmanager
def _triggers_off() -> Iterator[None]:
    """Puts off the triggers of the tables that are filled; what they were to check at the end is checked now."""
    from apps.mfis.core.database import execute

    execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    for table in (
        "users_account",
        "users_borrowerprofile",
        "users_revision",
        "loans_loanassignment",
        *(copied.table for copied in COPIED),
    ):
        execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield


@contextmanager
def _at_rest() -> Iterator[None]:
    """Lets triggers and foreign keys rest, and tidies up as autovacuum would."""
    from apps.mfis.core.database import execute, fetch_all

    execute("SET session_replication_role = replica; SET synchronous_commit = off; SET work_mem = '64MB'")
    # It is made to fire just where the others rest: when rows come from another node.
    arriving = [row[0] for row in fetch_all(ARRIVING)]
    execute(";".join(f"ALTER TABLE {table} DISABLE TRIGGER letsema_arrive" for table in arriving))
    yield
    execute(";".join(f"ALTER TABLE {table} ENABLE REPLICA TRIGGER letsema_arrive" for table in arriving))
    execute("RESET session_replication_role; RESET work_mem")
    execute("VACUUM ANALYZE")


def _place(copied: Copied) -> None:
    """Notes when each template row was, in the order in which the rows of one day came, and whose it is."""
    from apps.mfis.core.database import execute

    if copied.key != "id":
        return
    execute(f"""
        INSERT INTO bench_row
        SELECT x.id, (extract(epoch FROM ({copied.day})::date) * 1000)::bigint + 21600000
                     + row_number() OVER (ORDER BY {copied.order})
          FROM {copied.table} x ON CONFLICT DO NOTHING
    """)


def _copy(copied: Copied, size: Size, copies: range) -> None:
    """Multiplies the template rows of one table: the `copies` of these numbers."""
    from apps.mfis.core.database import execute, fetch_all

    columns = fetch_all(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema() "
        "AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [copied.table],
    )
    texts, begun = dict(copied.texts), time.perf_counter()
    uuids = [name for name, kind in columns if kind == "uuid"]
    joins = "".join(
        f" LEFT JOIN bench_row r_{c} ON r_{c}.id = x.{c} LEFT JOIN bench_borrower b_{c} ON b_{c}.id = x.{c}"
        for c in uuids
    )
    kept = "".join(f", r_{c}.at AS at_{c}, b_{c}.t AS t_{c}" for c in uuids)
    rows = execute(
        f"CREATE TEMP TABLE bench_x AS SELECT x.*, row_number() OVER () AS rank{kept} FROM {copied.table} x{joins}"
        f" WHERE r_{copied.key}.at IS NOT NULL"
    )
    values = []
    for name, kind in columns:
        if name in texts:
            values.append(texts[name].format(rows=rows))
        elif kind == "uuid":
            values.append(
                f"CASE WHEN t_{name} IS NOT NULL"
                f" THEN bench_person((k::bigint * {len(FATES)} + t_{name}) % {size.people})"
                f" WHEN at_{name} IS NULL THEN {name} ELSE bench_id({name}, at_{name}, k) END"
            )
        elif name in TIMES and copied.key == "id":
            values.append("to_timestamp((at_id + k * 200) / 1000.0)")
        else:
            values.append(f'"{name}"')
    named = ", ".join(f'"{name}"' for name, _ in columns)
    made = execute(
        f"INSERT INTO {copied.table} ({named}) SELECT {', '.join(values)}"
        f" FROM generate_series({copies.start}, {copies.stop - 1}) k, bench_x"
    )
    execute("DROP TABLE bench_x")
    _say(copied.table, made, begun)


def _say(table: str, rows: int, begun: float) -> None:
    if time.perf_counter() - begun > 5:
        print(f"  {table:<26} {rows:>10,} rows  {time.perf_counter() - begun:5.0f} s", flush=True)


def _tell_positions() -> None:
    """The positions of the first copy of each template, by its facts."""
    from apps.loans.book.models import Loan
    from apps.loans.book.projection import project
    from apps.mfis.core.database import execute

    execute("INSERT INTO bench_first SELECT bench_id(id, at, 1), id, at FROM bench_row")
    for loan in Loan.objects.extra(where=["loans_loan.id IN (SELECT id FROM bench_first)"]):
        project(loan)


def _copy_positions(table: str, size: Size) -> None:
    """Multiplies what was told of the first copy."""
    from apps.mfis.core.database import execute, fetch_all

    begun, keys = time.perf_counter(), {"loan_id", "event_id", "last_fact"}
    columns = [
        name
        for (name,) in fetch_all(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = current_schema() "
            "AND table_name = %s AND column_name <> 'id' ORDER BY ordinal_position",
            [table],
        )
    ]
    joins = "".join(f" JOIN bench_first f_{c} ON f_{c}.id = x.{c}" for c in columns if c in keys)
    values = ", ".join(f"bench_id(f_{c}.old, f_{c}.at, k)" if c in keys else f"x.{c}" for c in columns)
    made = execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values}"
        f" FROM generate_series(2, {size.copies}) k, {table} x{joins}"
    )
    _say(table, made, begun)


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Drops what indexes no constraint of the filled tables brings along, and makes them again."""
    from apps.mfis.core.database import execute, fetch_all

    found = fetch_all(
        """
        SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i
          JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
         WHERE c.relnamespace = current_schema()::regnamespace AND t.relname = ANY(%s)
           AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
        """,
        [[*POSITIONS, *(copied.table for copied in COPIED)]],
    )
    for name, _ in found:
        execute(f'DROP INDEX "{name}"')
    yield
    execute(";".join(definition for _, definition in found))


def _settle() -> None:
    """A message of each receipt; a proposal on at most twenty loans; numbers go on after those that were given."""
    from apps.mfis.core.database import execute

    execute(
        """
        INSERT INTO users_message (id, key, account_id, address, about, channel, values, status, queued_at, send_after,
                                   attempts, sent_at, error)
        SELECT e.id, 'receipt:' || e.id, l.borrower_id, '', 'repayment', 'sms', '{}',
               CASE WHEN e.id::text LIKE '%77' THEN 'failed' ELSE 'sent' END, e.recorded_at, e.recorded_at, 1,
               e.recorded_at, ''
          FROM loans_loanevent e JOIN loans_loan l ON l.id = e.loan_id WHERE e.type = 'repayment';
        UPDATE loans_paymentnotice SET status = 'confirmed' WHERE paid_on < current_date OR id::text NOT LIKE '%5';
        UPDATE loans_loanstate SET proposal = '' WHERE proposal <> '' AND loan_id NOT IN (
            SELECT loan_id FROM loans_loanstate WHERE proposal <> '' ORDER BY loan_id LIMIT 20);
        INSERT INTO loans_loanportfolio (loan_id, branch_id, officer_id, since)
        SELECT l.id, p.branch_id, p.officer_id, l.submitted_on
          FROM loans_loan l JOIN users_borrowerprofile p ON p.account_id = l.borrower_id
            ON CONFLICT DO NOTHING;
        INSERT INTO loans_loanassignment (id, recorded_at, node, loan_id, branch_id, officer_id, value_date, reason,
                                          actor_name)
        SELECT public.letsema_uuid7(), now(), 'A', p.loan_id, p.branch_id, p.officer_id, p.since, '', ''
          FROM loans_loanportfolio p
         WHERE NOT EXISTS (SELECT FROM loans_loanassignment a WHERE a.loan_id = p.loan_id);
        UPDATE loans_numbersequence SET last = last + 90000000
        """
    )


def make_big_book(lender: Lender, size: Size) -> None:
    """Templates and copies, in the lender's schema; prints what it holds."""
    from apps.mfis.core.database import fetch_all

    begun = time.perf_counter()
    tell_templates(lender)
    multiply(size)
    names = (
        "loans_loan",
        "users_borrowerprofile",
        "loans_loanevent",
        "loans_installment",
        "loans_journalline",
        "users_message",
    )
    counts = [fetch_all(f"SELECT count(*) FROM {name}")[0][0] for name in names]
    said = ", ".join(f"{count:,} {name.partition('_')[2]}s" for count, name in zip(counts, names, strict=True))
    print(f"{said} ({time.perf_counter() - begun:.0f} s)", flush=True)
