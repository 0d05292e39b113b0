"""A receipt's price: its statements, its time against bare SQL, and many by one command against COPY of their rows.

    uv run python bench/receipts.py [--receipts 150] [--many 2000] [--rounds 5] [--statements]

  statements  each statement of a receipt counts, those that are sent together too; `--statements` prints them
  service     `record_repayment`, cash, each in its own transaction
  bare        psycopg2 inserting and updating the same rows of the same tables, with the same triggers, in one
              transaction each: nothing is checked, looked up or worked out
  many        `record_repayments`: one receipt on each of so many loans by one command
  COPY        the rows that the command leaves, put into the same tables by COPY in one transaction; what it changes is
              copied beside and updated from there
  chain       events put into the book by one statement of one transaction
Service and bare, many and COPY take turns, and the median of each is compared: all in one run on a throw-away server.
"""

from __future__ import annotations

import argparse
import io
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.filled_loans import loans_filled
from bench.lender import Lender, lend, open_lender
from bench.server import migrated, throw_away_server

if TYPE_CHECKING:
    from apps.loans.servicing.services.many_repayments import ReceiptRow

DAY = date.today() - timedelta(days=40)  # noqa: DTZ011
AMOUNT = Decimal("50.00")
FEW, MANY = 10_000, 80_000  # events of one transaction

NOTES = """
    INSERT INTO loans_loanevent (id, node, loan_id, type, value_date, channel, reference, reason, actor_name,
                                 idempotency_key, number, payload)
    SELECT public.letsema_uuid7(), 'A', %s, 'note', current_date, '', '', 'Note ' || n, '', '', '', '{}'
      FROM generate_series(1, %s) n
"""

# What a receipt writes: the tables, the columns by which its rows are found, and whether it inserts or changes them.
POSITIONS = ("loans_position", "loans_installmentposition", "loans_allocation")
FACTS = ("loans_loanevent", "loans_journalentry", "loans_journalline", "credit_outboxentry", "users_message")
INSERTED = (*FACTS, *POSITIONS)
CHANGED = {
    "loans_loanstate": "loan_id",
    "loans_installment": "id",
    "loans_earning": "loan_id",
    "loans_positioncoverage": "loan_id",
}
LEFT_OUT = ("recorded_at", "chain_seq", "chain_hash", "queued_at")  # what the database gives them
GIVEN = {"users_message": ("queued_at",)}


def columns_of(table: str) -> list[str]:
    """The columns whose values are given."""
    from apps.mfis.core.database import fetch_all

    named = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
    left_out = set(LEFT_OUT) - set(GIVEN.get(table, ())) | ({"id"} if table in POSITIONS else set())
    return [f'"{name}"' for (name,) in fetch_all(named, [table]) if name not in left_out]


class Taken:
    """What one receipt leaves in the tables, to be written again for other loans."""

    def __init__(self, loan_id: UUID, receive: Callable[[UUID], Any]) -> None:
        from apps.mfis.core.database import fetch_all

        before = {table: {key for (key,) in fetch_all(f"SELECT id FROM {table}")} for table in INSERTED}
        receive(loan_id)
        self.rows: dict[str, list[dict[str, Any]]] = {}
        for table in INSERTED:
            names = columns_of(table)
            found = fetch_all(f"SELECT {', '.join(names)} FROM {table} WHERE NOT id = ANY (%s)", [list(before[table])])
            self.rows[table] = [dict(zip(names, row, strict=True)) for row in found]
        for table in CHANGED:
            names = columns_of(table)
            key = "loan_id" if table != "loans_installment" else "n = 1 AND loan_id"
            found = fetch_all(f"SELECT {', '.join(names)} FROM {table} WHERE {key} = %s", [loan_id])
            self.rows[table] = [dict(zip(names, row, strict=True)) for row in found]

    def again(self, loan_id: UUID, installment: UUID) -> list[tuple[str, list[Any]]]:
        """The statements with their values that leave the same on another loan."""
        event, entry = uuid4(), uuid4()
        statements: list[tuple[str, list[Any]]] = [
            ("UPDATE loans_numbersequence SET last = last + 1 WHERE name = 'R'", [])
        ]
        for table in INSERTED:
            rows = [{**row, '"id"': uuid4()} if '"id"' in row else {**row} for row in self.rows[table]]
            for row in rows:
                own: dict[str, Any] = {
                    '"loan_id"': loan_id,
                    '"account"': loan_id,
                    '"event_id"': event,
                    '"entry_id"': entry,
                }
                new: dict[str, UUID] = {"loans_loanevent": event, "loans_journalentry": entry}
                own |= {'"id"': new.get(table, row['"id"'])} if '"id"' in row else {}
                own |= {'"account"': row.get('"account"')} if table == "users_message" else {}
                own |= {'"key"': f"event-{event}"}
                row.update({name: value for name, value in own.items() if name in row})
            places = ", ".join(["(" + ", ".join(["%s"] * len(rows[0])) + ")"] * len(rows))
            values = [value for row in rows for value in row.values()]
            statements.append((f"INSERT INTO {table} ({', '.join(rows[0])}) VALUES {places}", values))
        for table, key in CHANGED.items():
            row = {n: v for n, v in self.rows[table][0].items() if n not in ('"id"', '"loan_id"', '"last_fact"')}
            which = installment if key == "id" else loan_id
            names = ", ".join(f"{name} = %s" for name in row)
            statements.append((f"UPDATE {table} SET {names} WHERE {key} = %s", [*row.values(), which]))
        return statements


def timed(run: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def run_bare(statements: list[tuple[str, list[Any]]]) -> None:
    """One transaction of psycopg2's own."""
    from apps.mfis.core.database import connection

    raw = connection.connection
    raw.autocommit = False
    with raw.cursor() as cursor:
        for sql, values in statements:
            cursor.execute(sql, values)
    raw.commit()
    raw.autocommit = True


def receiver(lender: Lender) -> Callable[..., Any]:
    """`record_repayment` by a cashier."""
    from apps.loans.servicing.services.repayment import record_repayment

    actor = lender.manager.actor
    return lambda loan_id, **how: record_repayment(
        loan_id=loan_id, actor=actor, amount=AMOUNT, **{"channel": "cash", **how}
    )


def count_statements(receive: Callable[..., Any], loans: list[UUID], *, listed: bool) -> None:
    """Prints how many statements a cash receipt takes, one by a wallet, and a second one of a loan on one day."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    cash, wallet = loans.pop(), loans.pop()
    for name, loan_id, how in (
        ("cash", cash, {"channel": "cash"}),
        ("wallet", wallet, {"channel": "mpesa", "reference": "MP1X"}),
        ("another that day", wallet, {"channel": "mpesa", "reference": "MP2X"}),
    ):
        with CaptureQueriesContext(connection) as captured:
            receive(loan_id, **how)
        single = [(part, q["time"]) for q in captured for part in q["sql"].split(";\n") if part.strip()]
        print(f"{name:<16}  {len(single)} statements, {len(captured)} times to the server and back")
        for sql, spent in single if listed else ():
            print(f"    {spent} s  {' '.join(sql.split())[:110]}")


def against_bare(receive: Callable[..., Any], loans: list[UUID]) -> float:
    """Prints the median of a receipt by the service and of the bare one. Returns the service's, in seconds."""
    from apps.loans.book.models import Installment

    first = dict(Installment.objects.filter(loan__in=loans, n=1).values_list("loan_id", "pk"))
    taken = Taken(loans.pop(), receive)
    service, bare = [], []
    while len(loans) >= 2:
        one, other = loans.pop(), loans.pop()
        statements = taken.again(other, first[other])
        service.append(timed(partial(receive, one)))
        bare.append(timed(partial(run_bare, statements)))
    ours, theirs = statistics.median(service), statistics.median(bare)
    print(f"service {ours * 1000:8.2f} ms a receipt    bare {theirs * 1000:8.2f} ms    {ours / theirs:.1f} ×")
    return ours


def rows_for(loans: list[UUID]) -> list[ReceiptRow]:
    from apps.loans.servicing.services.many_repayments import ReceiptRow

    return [ReceiptRow(loan_id, AMOUNT, "cash") for loan_id in loans]


def book_many(lender: Lender, loans: list[UUID]) -> None:
    from apps.loans.servicing.services.many_repayments import record_repayments

    results = record_repayments(rows=rows_for(loans), actor=lender.manager.actor, all_or_nothing=True)
    assert all(row.receipt for row in results)


def last_key(table: str) -> int:
    from apps.mfis.core.database import fetch_all

    [(key,)] = fetch_all(f"SELECT coalesce(max(id), 0) FROM {table}")
    return int(key)


def left_by_many(lender: Lender, loans: list[UUID]) -> dict[str, io.StringIO]:
    """What the command leaves in each table, in the form of COPY; it is taken back."""
    from django.db import transaction

    from apps.mfis.core.database import connection, execute

    left: dict[str, io.StringIO] = {}
    with transaction.atomic(), connection.cursor() as cursor:
        execute("SELECT set_config('bench.begun', clock_timestamp()::text, true)")
        begun = {table: f"id > {last_key(table)}" for table in POSITIONS}
        book_many(lender, loans)
        cursor.execute("CREATE TEMP TABLE bench_loans ON COMMIT DROP AS SELECT unnest(%s) AS id", [loans])
        which = {
            "loans_loanevent": "loan_id IN (SELECT id FROM bench_loans) AND type = 'repayment'",
            "loans_journalentry": "loan_id IN (SELECT id FROM bench_loans) AND event_id IS NOT NULL",
            "loans_journalline": "entry_id IN (SELECT id FROM loans_journalentry WHERE event_id IN "
            "(SELECT id FROM loans_loanevent WHERE loan_id IN (SELECT id FROM bench_loans)))",
            "credit_outboxentry": "account IN (SELECT id FROM bench_loans)",
            "users_message": "key IN (SELECT 'event-' || id FROM loans_loanevent WHERE loan_id IN "
            "(SELECT id FROM bench_loans))",
            "loans_loanstate": "loan_id IN (SELECT id FROM bench_loans)",
            "loans_installment": "loan_id IN (SELECT id FROM bench_loans) AND paid > 0",
            "loans_earning": "loan_id IN (SELECT id FROM bench_loans)",
            "loans_positioncoverage": "loan_id IN (SELECT id FROM bench_loans)",
            **{table: f"{since} AND loan_id IN (SELECT id FROM bench_loans)" for table, since in begun.items()},
        }
        for table, rows in which.items():
            left[table] = io.StringIO()
            sql = f"COPY (SELECT {', '.join(columns_of(table))} FROM {table} WHERE {rows}) TO STDOUT"
            cursor.copy_expert(sql, left[table])
            left[table].seek(0)
        transaction.set_rollback(True)
    return left


def copy(left: dict[str, io.StringIO]) -> None:
    """Puts the rows into the tables again."""
    from django.db import transaction

    from apps.mfis.core.database import connection

    with transaction.atomic(), connection.cursor() as cursor:
        for table, rows in left.items():
            names = columns_of(table)
            place = table if table in INSERTED else f"bench_{table}"
            if place != table:
                cursor.execute(f"CREATE TEMP TABLE {place} (LIKE {table}) ON COMMIT DROP")
            cursor.copy_expert(f"COPY {place} ({', '.join(names)}) FROM STDIN", rows)
            if place != table:
                given = ", ".join(f"{name} = w.{name}" for name in names)
                key = CHANGED[table]
                cursor.execute(f"UPDATE {table} t SET {given} FROM {place} w WHERE t.{key} = w.{key}")


def against_copy(lender: Lender, loans: list[UUID], rounds: int, alone: float) -> None:
    """Prints the median of many receipts by one command and of COPY, each on loans of its own."""
    each = len(loans) // (2 * rounds)
    many, copied = [], []
    for n in range(rounds):
        ours = loans[2 * n * each : (2 * n + 1) * each]
        theirs = loans[(2 * n + 1) * each : (2 * n + 2) * each]
        left = left_by_many(lender, theirs)
        many.append(timed(partial(book_many, lender, ours)))
        copied.append(timed(partial(copy, left)))
    own, other = statistics.median(many) / each, statistics.median(copied) / each
    print(
        f"many    {own * 1000:8.3f} ms a receipt    COPY {other * 1000:8.3f} ms    {own / other:.1f} ×"
        f"    ({each:,} rows; {alone / own:.0f} × the rate of one by one)"
    )


def chain(loan_id: UUID) -> None:
    """Prints the time of many events in one transaction, and of eight times as many."""
    from django.db import transaction

    from apps.mfis.core.database import execute

    def write(count: int) -> None:
        with transaction.atomic():
            execute(NOTES, [loan_id, count])

    few, many = timed(lambda: write(FEW)), timed(lambda: write(MANY))
    print(f"chain   {FEW:,} events {few:.2f} s    {MANY:,} events {many:.2f} s    {many / few:.1f} × for 8 times")


def measure(receipts: int, many: int, rounds: int, *, listed: bool) -> None:
    from django_tenants.utils import tenant_context

    lender = open_lender()
    with tenant_context(lender.mfi):
        base = lend(lender, "58120000", Decimal(2000), DAY)
        receive = receiver(lender)
        loans = loans_filled(base, 2 * receipts + 1 + 2 * rounds * many)
        receive(base)  # what a connection and a process do once is done
        count_statements(receive, loans, listed=listed)
        alone, loans = loans[: 2 * receipts], loans[2 * receipts :]
        spent = against_bare(receive, alone)
        against_copy(lender, loans, rounds, spent)
        chain(base)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--receipts", type=int, default=150)
    parser.add_argument("--many", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--statements", action="store_true")
    arguments = parser.parse_args()
    with throw_away_server():
        migrated()
        measure(arguments.receipts, arguments.many, arguments.rounds, listed=arguments.statements)
