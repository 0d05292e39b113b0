"""What several nodes cost: lag, receipts through the service with 0, 1 and 2 peers, catching up, and the layer itself.

Everything runs in one go on one machine, so that servers, peers and load share its cores: on machines of their own the
ratios are better. Prints figures and ratios; asserts nothing.

    python bench/cluster.py [SECONDS]
"""

from __future__ import annotations

import statistics
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import psycopg2  # noqa: E402

from tests.cluster.nodes import Node, eventually, running  # noqa: E402

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 8.0
MFI = "kopano"
LOANS = 60
EVENT = (
    "INSERT INTO kopano.loans_loanevent (id, node, loan_id, type, value_date, channel, reference, reason, actor_name, "
    "idempotency_key, number, payload) VALUES (public.letsema_uuid7(), 'A', %s, 'note', current_date, '', '', 'Load', "
    "'', '', '', '{}')"
)
LAST = "SELECT coalesce(max(chain_seq), 0) FROM kopano.loans_loanevent WHERE node = 'A'"


def connect(node: Node) -> psycopg2.extensions.connection:
    connection = psycopg2.connect(node.environment["DATABASE_URL"], options="-c letsema.node=A")
    connection.autocommit = True
    return connection


def lag(a: Node, b: Node, loan: str, rate: int) -> list[float]:
    """Milliseconds from a commit on A to its rows on B, at `rate` events a second.

    From 500 a second on, a transaction carries four, as a receipt does with its journal entry: events of one node are a
    chain, so that its commits follow one another.
    """
    each = 4 if rate >= 500 else 1
    sent: dict[int, float] = {}
    seen: dict[int, float] = {}
    done = threading.Event()

    def poll() -> None:
        cursor = connect(b).cursor()
        cursor.execute(LAST)
        last = cursor.fetchone()[0]
        while not done.is_set() or len(seen) < len(sent):
            cursor.execute(LAST)
            now, at = cursor.fetchone()[0], time.perf_counter()
            for n in range(last + 1, now + 1):
                seen[n] = at
            last = now
            time.sleep(0.0005)
            if done.is_set() and time.perf_counter() - finished > 5:
                return

    cursor = connect(a).cursor()
    cursor.execute(LAST)
    n = cursor.fetchone()[0]
    finished = time.perf_counter() + 3600
    poller = threading.Thread(target=poll)
    poller.start()
    time.sleep(0.2)
    began = time.perf_counter()
    while (now := time.perf_counter()) - began < SECONDS:
        cursor.execute("; ".join([EVENT] * each), [loan] * each)
        for _ in range(each):
            n += 1
            sent[n] = time.perf_counter()
        time.sleep(max(0.0, began + len(sent) / rate - now))
    finished = time.perf_counter()
    done.set()
    poller.join()
    return sorted((seen[k] - sent[k]) * 1000 for k in sent if k in seen)


def spoken(found: list[float]) -> str:
    at = {p: found[min(len(found) - 1, int(len(found) * p / 100))] for p in (50, 95, 99)}
    return f"p50 {max(at[50], 0):.1f} ms, p95 {at[95]:.1f}, p99 {at[99]:.1f} ({len(found)} events)"


def receipts(node: Node, loans: list[str]) -> float:
    """Receipts a second through the service."""
    found = node.ok("repay_for", MFI, loans=loans, seconds=SECONDS)
    return float(found["count"]) / float(found["seconds"])


def following(nodes: list[Node], on: bool) -> None:
    """Whether these follow A and fold what arrives."""
    for node in nodes:
        node.as_superuser(f"ALTER SUBSCRIPTION letsema_{node.letter.lower()}_from_a {'ENABLE' if on else 'DISABLE'}")
        if on and node.worker is None:
            node.start_worker()
        elif not on:
            node.stop_worker()


def main() -> None:
    with running("ABC") as cluster:
        a, b, c = cluster
        a.ok("open_mfi", subdomain=MFI)
        eventually(lambda: "ok" in b.ask("states", MFI) and "ok" in c.ask("states", MFI), 60)
        loans = []
        for n in range(LOANS):
            person = a.ok("register", MFI, name="Load", phone=f"58{n:06d}")["id"]
            loans.append(a.ok("lend", MFI, borrower=person, principal="40000.00")["id"])
        eventually(lambda: len(c.ok("states", MFI)) == len(b.ok("states", MFI)) == LOANS, 120)

        noted = loans.pop()  # takes the bare events, so that no receipt is folded over them

        print("Lag from a commit on A to its row on B, both peers following:")
        for rate in (20, 300, 1000):
            print(f"  {rate:>5} events a second: {spoken(lag(a, b, noted, rate))}", flush=True)

        print("Receipts a second through the service on A, one client, in three rounds:")
        found: dict[int, list[float]] = {0: [], 1: [], 2: []}
        for _ in range(3):
            for peers in (0, 1, 2):
                following([b, c], on=False)
                following([b, c][:peers], on=True)
                time.sleep(2)
                found[peers].append(receipts(a, loans))
        base = statistics.median(found[0])
        for peers, rates in found.items():
            middle = statistics.median(rates)
            print(f"  {peers} peers: {middle:.0f} a second, {middle / base:.2f} of none", flush=True)
        following([b, c], on=True)
        eventually(lambda: b.ok("states", MFI) == c.ok("states", MFI) == a.ok("states", MFI), 300)

        print("Catching up after B was down:")
        for count in (20_000, 200_000):
            following([b], on=False)
            a.ok("many_events", MFI, loans=[noted], count=count)
            wanted = a.rows("SELECT count(*) FROM loans_loanevent", MFI)
            began = time.perf_counter()
            following([b], on=True)
            eventually(lambda wanted=wanted: b.rows("SELECT count(*) FROM loans_loanevent", MFI) == wanted, 600)
            took = time.perf_counter() - began
            print(f"  {count:,} events in {took:.1f} s, {count / took:,.0f} a second", flush=True)

        following([b], on=False)
        a.ok("many_people", MFI, count=20_000)
        wanted = a.rows("SELECT count(*) FROM users_account", MFI)
        began = time.perf_counter()
        following([b], on=True)
        eventually(lambda: b.rows("SELECT count(*) FROM users_account", MFI) == wanted, 600)
        took = time.perf_counter() - began
        print(f"  20,000 revisions in one transaction in {took:.1f} s, {20_000 / took:,.0f} a second", flush=True)

        print("What the layer costs a node that stands alone (its triggers against none), in five rounds:")
        following([b, c], on=False)
        with_layer, without = [], []
        tables = [
            row[0]
            for row in a.rows(
                "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n "
                "ON n.oid = c.relnamespace WHERE n.nspname = 'kopano' "
                "AND t.tgname IN ('letsema_arrive', 'letsema_merge')"
            )
        ]
        a.stop_worker()
        for _ in range(5):
            with_layer.append(receipts(a, loans))
            for table in tables:
                a.as_superuser(f"ALTER TABLE kopano.{table} DISABLE TRIGGER letsema_arrive")
            without.append(receipts(a, loans))
            for table in tables:
                a.as_superuser(f"ALTER TABLE kopano.{table} ENABLE REPLICA TRIGGER letsema_arrive")
        ratio = statistics.median(with_layer) / statistics.median(without)
        print(f"  {statistics.median(with_layer):.0f} against {statistics.median(without):.0f} a second: {ratio:.2f}")


if __name__ == "__main__":
    main()
