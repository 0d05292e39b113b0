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

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.server import migrated, throw_away_server

DAY = date.today() - timedelta(days=300)  # noqa: DTZ011


def measure(rounds: int) -> None:
    migrated()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django_tenants.utils import tenant_context

    from apps.loans.services import money, origination
    from apps.loans.services.products import create_product
    from apps.mfis.acting import SYSTEM
    from apps.users.roles import Duty, Role
    from apps.users.services.accounts import Person, create_staff, register_borrower
    from apps.users.services.onboarding import onboard_mfi

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
    pages: dict[int, str] = {}
    with tenant_context(opened.mfi):
        manager = opened.admin
        second = create_staff(
            full_name="Second", email="second@bench.example", role=Role.MFI_ADMIN, duties=[Duty.MANAGER], actor=SYSTEM
        )
        product = create_product(
            by=manager,
            mfi=opened.mfi,
            name="Loan",
            rate=Decimal(24),
            interest_method="declining_balance",
            principal_min=Decimal(1),
            principal_default=Decimal(1000),
            principal_max=Decimal(9999),
            installments_min=1,
            installments_default=12,
            installments_max=36,
        )
        for n, events in enumerate((12, 1200)):
            who = register_borrower(person=Person(f"Bench {n}", phone=f"5812000{n}"), today=DAY)
            made = origination.apply_for_loan(
                borrower=who,
                product_id=product.pk,
                principal=Decimal(9000),
                installments=12,
                purpose="",
                by=who,
                currency="LSL",
                on=DAY,
            )
            loan = made["id"]
            origination.start_review(loan_id=loan, by=manager, on=DAY)
            origination.recommend(loan_id=loan, by=manager, reason="Seen", on=DAY)
            origination.approve(loan_id=loan, by=second, on=DAY)
            money.disburse(loan_id=loan, by=manager, channel="cash", on=DAY)
            begun = time.perf_counter()
            for k in range(events - 5):
                money.record_repayment(
                    loan_id=loan, by=manager, amount=Decimal(5), channel="cash", on=DAY + timedelta(days=k % 290)
                )
            print(f"{events:>5} events entered, {(time.perf_counter() - begun) / (events - 5) * 1000:.1f} ms a receipt")
            pages[events] = f"/admin/loans/loan/{loan}/change/"
        client = Client(HTTP_HOST="bench.localhost")
        client.force_login(manager, backend="apps.users.backends.EmailOrPhoneBackend")
    queries: dict[int, int] = {}
    times: dict[int, list[float]] = {n: [] for n in pages}
    for n, page in pages.items():
        client.get(page)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(page).status_code == 200
        queries[n] = len(seen)
    for _ in range(rounds):
        for n, page in pages.items():
            begun = time.perf_counter()
            client.get(page)
            times[n].append(time.perf_counter() - begun)
    few, many = statistics.median(times[12]), statistics.median(times[1200])
    print(f"   12 events  {queries[12]} queries  {few * 1000:6.1f} ms")
    print(f" 1200 events  {queries[1200]} queries  {many * 1000:6.1f} ms   {many / few:.2f} ×")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    with throw_away_server():
        measure(arguments.rounds)
