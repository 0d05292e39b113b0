"""Repayments, guarantors and collateral of a filled book from spreadsheets: read, rehearsed, written, taken back.

    uv run python bench/import_kinds.py [--loans 5000] [--rows 5000]

One throw-away server; each kind is brought in by the services that the pages call, on one connection.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.big_book import Size, make_big_book
from bench.lender import open_lender
from bench.server import migrated, throw_away_server

KINDS = {
    "repayments": ("Loan No,Amount,Paid on,Channel,Reference", "{loan},{amount}.50,{day},M-Pesa,BENCH{n}"),
    "guarantors": ("Loan No,Guarantor,Phone,Amount", "{loan},Neo Letuka {n},5{n:07},10"),
    "collateral": ("Loan No,Kind,Description,Serial no,Value", "{loan},Livestock,Cow no {n},EAR{n},4000"),
}


def rows(kind: str, numbers: list[str], many: int, day: str) -> Iterator[str]:
    head, row = KINDS[kind]
    yield head
    for n in range(many):
        yield row.format(loan=numbers[n % len(numbers)], n=n, amount=1 + n % 7, day=day)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    started = time.perf_counter()
    outcome = work()
    return time.perf_counter() - started, outcome


def bring_in(kind: str, numbers: list[str], many: int, day: str) -> str:
    from apps.mfis.core.actor import SYSTEM
    from apps.users.spreadsheets.inline import rehearse_file, run_rows, take_back

    path = Path(tempfile.mkdtemp()) / f"{kind}.csv"
    path.write_text("\n".join(rows(kind, numbers, many, day)))
    rehearse, run = timed(lambda: rehearse_file(kind, path, actor=SYSTEM))
    write, done = timed(lambda: run_rows(run, actor=SYSTEM, leaves_out_faulty=True))
    undo, taken = timed(lambda: take_back(done, actor=SYSTEM))
    counts = f"{done.inserted} written, {run.faulty} faulty, {done.refused} refused, {taken.stayed} stayed"
    return f"{kind:12} read and rehearsed {rehearse:6.1f} s, written {write:6.1f} s, taken back {undo:6.1f} s: {counts}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--loans", type=int, default=5000)
    parser.add_argument("--rows", type=int, default=5000)
    asked = parser.parse_args()
    with throw_away_server():
        migrated()
        from django_tenants.utils import tenant_context

        from apps.loans.book.models import Loan
        from apps.mfis.core.clock import business_date

        lender = open_lender("bench")
        with tenant_context(lender.mfi):
            make_big_book(lender, Size(asked.loans, max(asked.loans // 4, 40)))
            active = Loan.objects.filter(state__status="active").order_by("pk")
            numbers = list(active.values_list("number", flat=True))
            for kind in KINDS:
                print(bring_in(kind, numbers, asked.rows, business_date().isoformat()), flush=True)


if __name__ == "__main__":
    main()
