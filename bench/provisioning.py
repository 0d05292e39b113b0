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
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.server import migrated, throw_away_server  # noqa: E402

HEADER = f"{'MFIs':>5} {'service':>10} {'bare DDL':>10} {'own way':>10} {'service/bare':>13} {'own/service':>12}"
WARM_UP = 8  # schemas made and dropped before anything is measured: PostgreSQL's caches and the disk settle


class Ways:
    """The three ways to make a schema, each with its own names."""

    def __init__(self) -> None:
        self.opened = 0
        self.bare_made = 0
        self.own_made = 0

    def service(self) -> None:
        """Opens an MFI as the product does."""
        from apps.mfis.core.actor import SYSTEM
        from apps.users.operators.services import onboard_mfi

        self.opened += 1
        onboard_mfi(
            name=f"Bench {self.opened}",
            subdomain=f"bench-{self.opened}",
            licence_type="credit_only_3",
            district="berea",
            contact_email="a@bench.example",
            admin_name="Lineo Matete",
            admin_email="l@bench.example",
            actor=SYSTEM,
            notify=False,
        )

    def bare(self) -> None:
        """Makes a schema of the rendered DDL alone."""
        from django.db import transaction

        from apps.mfis.tenancy.services.provisioning import create_schema

        self.bare_made += 1
        with transaction.atomic():
            create_schema(f"bare_{self.bare_made}")

    def own_way(self) -> None:
        """Makes a schema as django-tenants does, by every migration."""
        from django.db import connection

        from apps.mfis.tenancy.models import MFI

        self.own_made += 1
        MFI(schema_name=f"own_{self.own_made}").create_schema(check_if_exists=True, verbosity=0)
        connection.set_schema_to_public()

    def warm_up(self) -> None:
        """Makes some schemas and drops them again."""
        from apps.mfis.core.database import execute

        for _ in range(WARM_UP):
            self.bare()
        execute("; ".join(f"DROP SCHEMA bare_{n + 1} CASCADE" for n in range(self.bare_made)))


def measure(levels: list[int], rounds: int) -> None:
    """Runs the benchmark in the configured database and prints its table."""
    migrated()
    ways = Ways()
    print(HEADER)
    ways.warm_up()
    medians = [measure_at(level, ways, rounds) for level in levels]
    print(f"flatness: service at {levels[-1]} MFIs / at {levels[0]}: {medians[-1] / medians[0]:.2f}")


def measure_at(level: int, ways: Ways, rounds: int) -> float:
    """Prints the line of one number of MFIs; returns the service's median in seconds."""
    while ways.opened < level:
        ways.service()
    service, bare = [], []
    for _ in range(rounds):
        service.append(timed(ways.service))
        bare.append(timed(ways.bare))
    # Apart from the others: it closes its connection, and a fresh one starts with empty caches.
    own = [timed(ways.own_way) for _ in range(max(3, rounds // 3))]
    ways.bare()
    s, b, o = median(service), median(bare), median(own)
    print(f"{level:>5} {s * 1000:>7.1f} ms {b * 1000:>7.1f} ms {o * 1000:>7.0f} ms {s / b:>13.2f} {o / s:>12.1f}")
    return s


def timed(work: Callable[[], None]) -> float:
    """How many seconds it took."""
    started = time.perf_counter()
    work()
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
