"""What several nodes cost: lag, receipts through the service with 0, 1 and 2 peers, catching up, and the layer itself.

Everything runs in one go on one machine, so that servers, peers and load share its cores: on machines of their own the
ratios are better. Prints figures and ratios; asserts nothing.

    python bench/cluster.py [SECONDS]
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import psycopg2  # noqa: E402

from tests.cluster.nodes import Cluster, Node, eventually, running  # noqa: E402

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 8.0
MFI = "kopano"
LOANS = 60
EVENT = (
    "INSERT INTO kopano.loans_loanevent (id, node, loan_id, type, value_date, channel, reference, reason, actor_name, "
    "idempotency_key, number, payload) VALUES (public.letsema_uuid7(), 'A', %s, 'note', current_date, '', '', 'Load', "
    "'', '', '', '{}')"
)
LAST = "SELECT coalesce(max(chain_seq), 0) FROM kopano.loans_loanevent WHERE node = 'A'"


LAYERED_TABLES = (
    "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n "
    "ON n.oid = c.relnamespace WHERE n.nspname = 'kopano' AND t.tgname IN ('letsema_arrive', 'letsema_merge')"
)
EVENTS = "SELECT count(*) FROM loans_loanevent"
PEOPLE = "SELECT count(*) FROM users_account"
DRAIN_SECONDS = 5  # how long rows that are still on their way are waited for


def connect(node: Node) -> psycopg2.extensions.connection:
    """A connection to a node's database, in which each statement commits."""
    connection = psycopg2.connect(node.environment["DATABASE_URL"], options="-c letsema.node=A")
    connection.autocommit = True
    return connection


class Watch(threading.Thread):
    """Looks again and again which events of A are on a node, and notes when it saw each first."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self._cursor = connect(node).cursor()
        self._ended = threading.Event()
        self._wanted = 0
        self.seen: dict[int, float] = {}

    def run(self) -> None:
        last = self._last()
        until = float("inf")
        while time.perf_counter() < until and not (self._ended.is_set() and last >= self._wanted):
            if self._ended.is_set() and until == float("inf"):
                until = time.perf_counter() + DRAIN_SECONDS
            now, seen_at = self._last(), time.perf_counter()
            self.seen.update(dict.fromkeys(range(last + 1, now + 1), seen_at))
            last = now
            time.sleep(0.0005)

    def end(self, wanted: int) -> None:
        """Waits until event number `wanted` was seen, or for some seconds."""
        self._wanted = wanted
        self._ended.set()
        self.join()

    def _last(self) -> int:
        self._cursor.execute(LAST)
        return int(self._cursor.fetchone()[0])


def lag(a: Node, b: Node, loan: str, rate: int) -> list[float]:
    """Milliseconds from a commit on A to its rows on B, at `rate` events a second.

    From 500 a second on, a transaction carries four, as a receipt does with its journal entry: events of one node are a
    chain, so that its commits follow one another.
    """
    each = 4 if rate >= 500 else 1
    sent: dict[int, float] = {}
    cursor = connect(a).cursor()
    cursor.execute(LAST)
    number = cursor.fetchone()[0]
    watch = Watch(b)
    watch.start()
    time.sleep(0.2)
    began = time.perf_counter()
    while (now := time.perf_counter()) - began < SECONDS:
        cursor.execute("; ".join([EVENT] * each), [loan] * each)
        sent.update(dict.fromkeys(range(number + 1, number + each + 1), time.perf_counter()))
        number += each
        time.sleep(max(0.0, began + len(sent) / rate - now))
    watch.end(number)
    return sorted((watch.seen[n] - sent[n]) * 1000 for n in sent if n in watch.seen)


def percentiles(lags: list[float]) -> str:
    """Milliseconds at the median, and where the slowest twentieth and hundredth begin."""
    at = {p: lags[min(len(lags) - 1, int(len(lags) * p / 100))] for p in (50, 95, 99)}
    return f"p50 {max(at[50], 0):.1f} ms, p95 {at[95]:.1f}, p99 {at[99]:.1f} ({len(lags)} events)"


def receipts(node: Node, loans: list[str]) -> float:
    """Receipts a second through the service."""
    answer = node.ok("repay_for", MFI, loans=loans, seconds=SECONDS)
    return float(answer["count"]) / float(answer["seconds"])


def following(nodes: list[Node], on: bool) -> None:
    """Whether these follow A and fold what arrives."""
    for node in nodes:
        node.as_superuser(f"ALTER SUBSCRIPTION letsema_{node.letter.lower()}_from_a {'ENABLE' if on else 'DISABLE'}")
        if on and node.worker is None:
            node.start_worker()
        elif not on:
            node.stop_worker()


def lend(cluster: Cluster) -> list[str]:
    """An MFI with its loans, on every node."""
    a, b, c = cluster
    a.ok("open_mfi", subdomain=MFI)
    eventually(lambda: "ok" in b.ask("states", MFI) and "ok" in c.ask("states", MFI), 60)
    loans = []
    for n in range(LOANS):
        person = a.ok("register", MFI, name="Load", phone=f"58{n:06d}")["id"]
        loans.append(a.ok("lend", MFI, borrower=person, principal="40000.00")["id"])
    eventually(lambda: len(c.ok("states", MFI)) == len(b.ok("states", MFI)) == LOANS, 120)
    return loans


def measure_lag(cluster: Cluster, loan: str) -> None:
    """From a commit on A to its row on B."""
    a, b, _ = cluster
    print("Lag from a commit on A to its row on B, both peers following:")
    for rate in (20, 300, 1000):
        print(f"  {rate:>5} events a second: {percentiles(lag(a, b, loan, rate))}", flush=True)


def measure_receipts(cluster: Cluster, loans: list[str]) -> None:
    """What peers that follow cost whoever writes."""
    a, b, c = cluster
    print("Receipts a second through the service on A, one client, in three rounds:")
    rates: dict[int, list[float]] = {0: [], 1: [], 2: []}
    for _ in range(3):
        for peers in rates:
            following([b, c], on=False)
            following([b, c][:peers], on=True)
            time.sleep(2)
            rates[peers].append(receipts(a, loans))
    base = median(rates[0])
    for peers, found in rates.items():
        print(f"  {peers} peers: {median(found):.0f} a second, {median(found) / base:.2f} of none", flush=True)
    following([b, c], on=True)
    eventually(lambda: b.ok("states", MFI) == c.ok("states", MFI) == a.ok("states", MFI), 300)


def catch_up(cluster: Cluster, query: str) -> float:
    """Seconds until B, which follows again from now on, has as many rows as A."""
    a, b, _ = cluster
    wanted = a.rows(query, MFI)
    began = time.perf_counter()
    following([b], on=True)
    eventually(lambda: b.rows(query, MFI) == wanted, 600)
    return time.perf_counter() - began


def measure_catching_up(cluster: Cluster, loan: str) -> None:
    """How fast a node that was down takes what it missed."""
    a, b, _ = cluster
    print("Catching up after B was down:")
    for count in (20_000, 200_000):
        following([b], on=False)
        a.ok("many_events", MFI, loans=[loan], count=count)
        seconds = catch_up(cluster, EVENTS)
        print(f"  {count:,} events in {seconds:.1f} s, {count / seconds:,.0f} a second", flush=True)
    following([b], on=False)
    a.ok("many_people", MFI, count=20_000)
    seconds = catch_up(cluster, PEOPLE)
    print(f"  20,000 revisions in one transaction in {seconds:.1f} s, {20_000 / seconds:,.0f} a second", flush=True)


def measure_layer(cluster: Cluster, loans: list[str]) -> None:
    """What the triggers for rows of other nodes cost where there is no other node."""
    a, b, c = cluster
    print("What the layer costs a node that stands alone (its triggers against none), in five rounds:")
    following([b, c], on=False)
    tables = [table for (table,) in a.rows(LAYERED_TABLES)]
    a.stop_worker()
    with_layer, without = [], []
    for _ in range(5):
        with_layer.append(receipts(a, loans))
        for table in tables:
            a.as_superuser(f"ALTER TABLE kopano.{table} DISABLE TRIGGER letsema_arrive")
        without.append(receipts(a, loans))
        for table in tables:
            a.as_superuser(f"ALTER TABLE kopano.{table} ENABLE REPLICA TRIGGER letsema_arrive")
    one, other = median(with_layer), median(without)
    print(f"  {one:.0f} against {other:.0f} a second: {one / other:.2f}")


def main() -> None:
    with running("ABC") as cluster:
        loans = lend(cluster)
        noted = loans.pop()  # takes the bare events, so that no receipt is folded over them
        measure_lag(cluster, noted)
        measure_receipts(cluster, loans)
        measure_catching_up(cluster, noted)
        measure_layer(cluster, loans)


if __name__ == "__main__":
    main()
