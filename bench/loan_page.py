"""The loan's page: queries and time with 12 events and with 1,200, in one run.

    uv run python bench/loan_page.py [--rounds 15]

Two loans of one MFI on a throw-away server, both with 12 installments; receipts on one are few, on the other a
hundred times as many. Each page is asked for as a browser would, in turn.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.lender import Lender, lend, open_lender
from bench.server import migrated, throw_away_server

if TYPE_CHECKING:
    from django.test import Client

DAY = date.today() - timedelta(days=300)  # noqa: DTZ011
FEW, MANY = 12, 1200
LENT_BY = 5  # events until a loan is paid out


def lend_with(lender: Lender, events: int, phone: str) -> str:
    """A loan with so many events. Returns the address of its page."""
    from apps.loans.servicing.services.repayment import record_repayment

    loan_id, receipts = lend(lender, phone, Decimal(9000), DAY), events - LENT_BY
    begun = time.perf_counter()
    for n in range(receipts):
        record_repayment(
            loan_id=loan_id,
            actor=lender.manager.actor,
            amount=Decimal(5),
            channel="cash",
            value_date=DAY + timedelta(days=n % 290),
        )
    spent = (time.perf_counter() - begun) / receipts * 1000
    print(f"{events:>5} events entered, {spent:.1f} ms a receipt")
    return f"/admin/loans/loan/{loan_id}/change/"


def count_queries(client: Client, page: str) -> int:
    """The queries of a page that was asked for before."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(page)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200
    return len(captured)


def ask_in_turn(client: Client, pages: list[str], rounds: int) -> list[float]:
    """The median time of each page, in ms."""
    times: list[list[float]] = [[] for _ in pages]
    for _ in range(rounds):
        for spent, page in zip(times, pages, strict=True):
            begun = time.perf_counter()
            client.get(page)
            spent.append((time.perf_counter() - begun) * 1000)
    return [statistics.median(spent) for spent in times]


def measure(rounds: int) -> None:
    """Enters the two loans, and prints what their pages take."""
    from django.test import Client
    from django_tenants.utils import tenant_context

    lender = open_lender()
    with tenant_context(lender.mfi):
        pages = [lend_with(lender, FEW, "58120000"), lend_with(lender, MANY, "58120001")]
        client = Client(HTTP_HOST="bench.localhost")
        client.force_login(lender.manager, backend="apps.users.access.backends.EmailOrPhoneBackend")
    queries = [count_queries(client, page) for page in pages]
    few, many = ask_in_turn(client, pages, rounds)
    print(f"{FEW:>5} events  {queries[0]} queries  {few:6.1f} ms")
    print(f"{MANY:>5} events  {queries[1]} queries  {many:6.1f} ms   {many / few:.2f} ×")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    with throw_away_server():
        migrated()
        measure(arguments.rounds)
