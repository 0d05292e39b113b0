"""Absolute figures of lending on this machine: receipts and pay-outs a second, latencies, and what a receipt keeps.

    uv run python bench/throughput.py [--seconds 10] [--memory]

  receipts   `record_repayment` by 1, 16 and 64 clients, each on loans of its own; spread over sixteen MFIs, and all in
             one. Every other receipt is cash, the others come by a wallet with a reference each
  pay-outs   `disburse` of approved loans by 1 and 16 clients
  kept       bytes and rows that a receipt leaves in PostgreSQL (tables and indexes grown, nothing vacuumed), and the
             bytes of the documents that go to MongoDB
Clients are threads of four processes, as many as serve pages by default on two cores; they share the machine with the
server. Every receipt is on disk before it is answered (fsync on), unless `--memory` keeps the server's data in memory.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.lender import Lender, approve_loan, lend, open_lender
from bench.server import migrated, throw_away_server

if TYPE_CHECKING:
    from apps.mfis.core.actor import Actor

DAY = date.today() - timedelta(days=1)  # noqa: DTZ011 - a day that is over
PROCESSES = 4
MFIS = 16
CLIENTS = (1, 16, 64)


@dataclass(frozen=True)
class Client:
    """Who books where: a schema, loans that nobody else books on, and the actor."""

    n: int
    schema: str
    loans: list[UUID]
    actor: Actor


@dataclass(frozen=True)
class Load:
    """What clients did in a time: calls a second, and milliseconds a call at the middle and the slowest hundredth."""

    clients: int
    rate: float
    p50: float
    p99: float


def _receipts(client: Client, until: float) -> list[float]:
    """Books one receipt after the other until the time has come; the seconds of each."""
    from django_tenants.utils import schema_context

    from apps.loans.servicing.services.repayment import record_repayment

    taken = []
    with schema_context(client.schema):
        while (begun := time.perf_counter()) < until:
            k = len(taken)
            by = {"channel": "mpesa", "reference": f"C{client.n}-{begun:.6f}"} if k % 2 else {"channel": "cash"}
            loan = client.loans[k % len(client.loans)]
            record_repayment(loan_id=loan, actor=client.actor, amount=Decimal("0.01"), value_date=DAY, **by)
            taken.append(time.perf_counter() - begun)
    return taken


def _pay_outs(client: Client, until: float) -> list[float]:
    """Pays out its approved loans, until the time has come or none is left."""
    from django_tenants.utils import schema_context

    from apps.loans.servicing.services.pay_out import disburse

    taken = []
    with schema_context(client.schema):
        for loan in client.loans:
            if (begun := time.perf_counter()) >= until:
                break
            disburse(loan_id=loan, actor=client.actor, channel="cash", value_date=DAY)
            taken.append(time.perf_counter() - begun)
    return taken


WORK = {"receipts": _receipts, "pay-outs": _pay_outs}


def _process(work: str, clients: list[Client], seconds: float, told: Any) -> None:
    """One process: a thread for each of its clients, which connect first and begin together."""
    from apps.mfis.core.database import connection

    results: list[list[float]] = [[] for _ in clients]
    ready = threading.Barrier(len(clients) + 1)
    begin = threading.Event()

    def one(n: int) -> None:
        connection.ensure_connection()
        ready.wait()
        begin.wait()
        results[n] = WORK[work](clients[n], time.perf_counter() + seconds)
        connection.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(len(clients))]
    for thread in threads:
        thread.start()
    ready.wait()
    begin.set()
    for thread in threads:
        thread.join()
    told.put(results)


def run(work: str, clients: list[Client], seconds: float) -> Load:
    """Lets the clients work at once."""
    from apps.mfis.core.database import connection

    connection.close()  # no connection is shared with a child
    context = multiprocessing.get_context("fork")
    told = context.Queue()
    parts = [part for n in range(PROCESSES) if (part := clients[n::PROCESSES])]
    children = [context.Process(target=_process, args=(work, part, seconds, told)) for part in parts]
    for child in children:
        child.start()
    each = [taken for _ in children for taken in told.get()]
    for child in children:
        child.join()
    calls = sorted(taken for client in each for taken in client)
    longest = max(sum(client) for client in each)
    cuts = quantiles(calls, n=100)
    return Load(len(clients), len(calls) / longest, cuts[49] * 1000, cuts[98] * 1000)


def prepared(
    lenders: list[Lender], loans: int, *, phones_from: int = 0, make: Callable[..., UUID] = lend
) -> dict[str, list[UUID]]:
    """As many loans at each lender, paid out unless `make` does less; their keys by schema."""
    from django_tenants.utils import tenant_context

    made: dict[str, list[UUID]] = {}
    for lender in lenders:
        with tenant_context(lender.mfi):
            phones = [f"5{phones_from + n:07d}" for n in range(loans)]
            made[lender.mfi.schema_name] = [make(lender, phone, Decimal(5000), DAY) for phone in phones]
    return made


def clients_of(lenders: list[Lender], loans: dict[str, list[UUID]], count: int) -> Iterator[Client]:
    """As many clients, in turn at each lender, sharing out its loans."""
    for n in range(count):
        lender = lenders[n % len(lenders)]
        schema = lender.mfi.schema_name
        own = loans[schema][n // len(lenders) :: max(1, count // len(lenders))]
        yield Client(n, schema, own, lender.manager.actor)


TABLES = """
    SELECT coalesce(sum(pg_total_relation_size(relid)), 0), coalesce(sum(n_tup_ins), 0), coalesce(sum(n_tup_upd), 0)
      FROM pg_stat_user_tables WHERE schemaname = %s
"""


def kept_by(lender: Lender, loans: list[UUID], receipts: int) -> tuple[float, float, float]:
    """Bytes, rows inserted and rows updated by a receipt in PostgreSQL."""
    from django_tenants.utils import tenant_context

    from apps.loans.servicing.services.repayment import record_repayment
    from apps.mfis.core.database import execute, fetch_one

    def stands() -> tuple[Any, ...]:
        execute("SELECT pg_stat_force_next_flush()")
        execute("SELECT 1")
        return fetch_one(TABLES, [lender.mfi.schema_name]) or ()

    with tenant_context(lender.mfi):
        before = stands()
        for n in range(receipts):
            loan = loans[n % len(loans)]
            record_repayment(loan_id=loan, actor=lender.manager.actor, amount=Decimal("0.01"), channel="cash")
        after = stands()
    size, inserted, updated = (float(b - a) / receipts for a, b in zip(before, after, strict=True))
    return size, inserted, updated


def document_bytes(lender: Lender) -> int:
    """Bytes of the event that goes to the credit histories; the account's document is replaced, and grows by none."""
    from django.utils import timezone
    from django_tenants.utils import tenant_context

    from apps.credit.models import OutboxEntry
    from apps.credit.relay import event_record
    from apps.credit.repository import bytes_of_event

    with tenant_context(lender.mfi):
        entry = OutboxEntry.objects.order_by("-id")[0]
        return bytes_of_event(event_record(entry, lender.mfi.schema_name, timezone.now()))


def measure(seconds: float) -> None:
    lenders = [open_lender(f"bench{n}") for n in range(MFIS)]
    loans = prepared(lenders, 8)
    loans |= prepared(lenders[:1], max(CLIENTS), phones_from=1000)
    print(f"{'receipts':<24} {'clients':>7} {'a second':>9} {'p50 ms':>8} {'p99 ms':>8}")
    for name, where in ((f"spread over {MFIS} MFIs", lenders), ("in one MFI", lenders[:1])):
        for count in CLIENTS:
            load = run("receipts", list(clients_of(where, loans, count)), seconds)
            print(f"{name:<24} {load.clients:>7} {load.rate:>9,.0f} {load.p50:>8.1f} {load.p99:>8.1f}")
    for n, count in enumerate(CLIENTS[:2]):
        approved = prepared(lenders, 20, phones_from=10_000 * (n + 1), make=approve_loan)
        load = run("pay-outs", list(clients_of(lenders, approved, count)), seconds)
        print(f"{'pay-outs':<24} {load.clients:>7} {load.rate:>9,.0f} {load.p50:>8.1f} {load.p99:>8.1f}")
    size, inserted, updated = kept_by(lenders[0], loans[lenders[0].mfi.schema_name], 500)
    sent = document_bytes(lenders[0])
    print(f"a cash receipt keeps {size:,.0f} bytes in PostgreSQL: {inserted:.1f} rows inserted, {updated:.1f} updated;")
    print(f"{sent:,} bytes of a document in MongoDB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0, help="of each load")
    parser.add_argument("--memory", action="store_true", help="the server's data in memory, without fsync")
    given = parser.parse_args()
    with throw_away_server(on_disk=not given.memory, durable=not given.memory):
        migrated()
        measure(given.seconds)
