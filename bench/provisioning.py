"""Opening an MFI: our service, the bare rendered DDL, and django-tenants' own migrate, in one run.

    uv run python bench/provisioning.py [--levels 1,50,200] [--rounds 9]

Starts a throw-away PostgreSQL of its own. For each number of MFIs already there it measures, in turn and interleaved:
  service   `onboard_mfi`: row, domain, schema, first admin and invitation, in one transaction
  bare      CREATE SCHEMA and the rendered DDL alone, in one transaction
  own way   django-tenants' `create_schema`, which runs every migration
and prints medians and ratios.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.server import migrated, throw_away_server  # noqa: E402


def measure(levels: list[int], rounds: int) -> None:
    """Runs the benchmark in the configured database and prints its table."""
    migrated()
    from django.db import connection, transaction

    from apps.mfis.acting import SYSTEM
    from apps.mfis.models import MFI
    from apps.mfis.provisioning.template import rendered
    from apps.mfis.services.provisioning import create_schema
    from apps.users.services.onboarding import onboard_mfi

    made = 0

    def service() -> None:
        nonlocal made
        made += 1
        onboard_mfi(
            name=f"Bench {made}",
            subdomain=f"bench-{made}",
            licence_type="credit_only_3",
            district="berea",
            contact_email="a@bench.example",
            admin_name="Lineo Matete",
            admin_email="l@bench.example",
            actor=SYSTEM,
            notify=False,
        )

    extra = 0

    def bare() -> None:
        nonlocal extra
        extra += 1
        plan = rendered()
        with transaction.atomic():
            create_schema(f"bare_{extra}", plan)

    def own_way() -> None:
        nonlocal extra
        extra += 1
        MFI(schema_name=f"own_{extra}").create_schema(check_if_exists=True, verbosity=0)
        connection.set_schema_to_public()

    print(f"{'MFIs':>5} {'service':>10} {'bare DDL':>10} {'own way':>10} {'service/bare':>13} {'own/service':>12}")
    firsts: list[float] = []
    for _ in range(8):  # PostgreSQL's caches and the disk settle; what was made goes again
        bare()
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"DROP SCHEMA bare_{n + 1} CASCADE" for n in range(extra)))
    for level in levels:
        while made < level:
            service()
        times: dict[str, list[float]] = {"service": [], "bare": [], "own": []}
        for _ in range(rounds):
            times["service"].append(timed(service))
            times["bare"].append(timed(bare))
        # Apart from the others: it closes its connection, and a fresh one starts with empty caches.
        for _ in range(max(3, rounds // 3)):
            times["own"].append(timed(own_way))
        bare()
        s, b, o = (statistics.median(times[k]) for k in ("service", "bare", "own"))
        firsts.append(s)
        print(f"{level:>5} {s * 1000:>7.1f} ms {b * 1000:>7.1f} ms {o * 1000:>7.0f} ms {s / b:>13.2f} {o / s:>12.1f}")
    print(f"flatness: service at {levels[-1]} MFIs / at {levels[0]}: {firsts[-1] / firsts[0]:.2f}")


def timed(run: Callable[[], None]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--levels", default="1,50,200")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--on-disk", action="store_true", help="keep the server's data on the disk")
    arguments = parser.parse_args()
    with throw_away_server(on_disk=arguments.on_disk):
        measure([int(n) for n in arguments.levels.split(",")], arguments.rounds)


if __name__ == "__main__":
    main()
