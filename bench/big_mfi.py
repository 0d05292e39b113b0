"""Pages of a big MFI against the same pages of a small one, in one run.

    uv run python bench/big_mfi.py [--loans 200000] [--small 2000] [--rounds 3]
                                   [--only WORD] [--without WORD] [--columns] [--plans]

Two MFIs on a throw-away server, filled by bench/big_book.py: people a quarter as many as loans. Each list of the
back-office is asked for its first page, its page 1,000 and its last, each choice of each filter and each kind of
search, with --columns also in the order of each column; beside them the dashboard, the search at the top, a loan's
page, the page of the books and each report: of today, and of a year ago as known half a year later. Prints per page its
time in both, and which big tables a query reads whole by PostgreSQL's plan. Then each export of the list of loans,
written by a process of its own, with the most memory it took.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.big_book import Size, make_big_book
from bench.lender import Lender, open_lender
from bench.server import migrated, throw_away_server
from bench.told_loans import TODAY
from config.embedded.mongo import EmbeddedMongo

if TYPE_CHECKING:
    from django.test import Client

ALLOWED_RATIO, ALLOWED_MORE = 1.5, 100  # times its own time in the small MFI, and ms
PATIENCE = 2.0  # seconds after which a page is not asked for again


@dataclass
class Measured:
    """A page of both MFIs: its name, its time in ms in the small one and the big one, and what is read whole."""

    name: str
    small: float
    big: float
    whole: tuple[str, ...]

    @property
    def is_slow(self) -> bool:
        return self.big > self.small * ALLOWED_RATIO + ALLOWED_MORE


@dataclass
class Book:
    """One of the two MFIs, and what its pages are asked by."""

    lender: Lender
    client: Client
    words: dict[str, str]
    loan: str


def open_book(subdomain: str, loans: int) -> Book:
    """Opens an MFI and fills it."""
    from django.test import Client
    from django_tenants.utils import tenant_context

    from apps.loans.book.models import Loan, LoanEvent
    from apps.loans.reporting.services.snapshots import keep_figures
    from apps.mfis.core.clock import business_date

    lender = open_lender(subdomain)
    with tenant_context(lender.mfi):
        make_big_book(lender, Size(loans, max(loans // 4, 40)))
        keep_figures(business_date())  # as the worker does every few minutes
        client = Client(HTTP_HOST=f"{subdomain}.localhost")
        client.force_login(lender.manager, backend="apps.users.access.backends.EmailOrPhoneBackend")
        loan = (
            Loan.objects.filter(state__status="active").select_related("borrower__profile").order_by("pk")[loans // 3]
        )
        receipt = LoanEvent.objects.filter(type="repayment").exclude(reference="").order_by("pk")[loans // 3]
        words = {
            "first name": "tsepo",
            "whole name": loan.borrower.full_name,
            "surname": "Ntsekhe",
            "two letters": "mo",
            "phone": loan.borrower.phone or "",
            "national ID": loan.borrower.profile.national_id or "",
            "loan number": loan.number,
            "part of a number": loan.number[-5:],
            "receipt": receipt.number,
            "reference": receipt.reference,
            "nothing": "zzqqxx",
        }
        return Book(lender, client, words, str(loan.pk))


def addresses(book: Book) -> Iterator[tuple[str, str]]:
    """Each page by its name and its address in one MFI."""
    from apps.loans.reporting.reports import REPORTS
    from apps.users.back_office.sites import tenant_site
    from tests.plans import pages_of

    yield "dashboard", "/admin/"
    yield "loan", f"/admin/loans/loan/{book.loan}/change/"
    yield "proposals", "/admin/proposals/"
    yield "books", "/admin/loans/glaccount/books/"
    for name, word in book.words.items():
        yield f"search at the top: {name}", f"/admin/search/?q={word}"
    yield from pages_of(book.client, tenant_site, "config.urls_tenant", book.words, columns=COLUMNS)
    year_ago, half_ago = (TODAY - timedelta(days=days) for days in (365, 182))
    then = f"since={year_ago - timedelta(days=364)}&on={year_ago}&known_on={half_ago}"
    for name in REPORTS:
        at = f"/admin/loans/glaccount/books/{name}/"
        yield f"report {name}", at
        yield f"report {name}, a year ago as known since", f"{at}?{then}"


def timed(client: Client, at: str, rounds: int) -> float:
    """The median time of a page in ms; of one beyond patience its first."""
    times: list[float] = []
    for _ in range(rounds):
        begun = time.perf_counter()
        client.get(at, follow=at.startswith("/admin/search/"))
        times.append((time.perf_counter() - begun) * 1000)
        if times[0] > PATIENCE * 1000:
            break
    return statistics.median(times)


def measure_page(name: str, small: tuple[Book, str], big: tuple[Book, str], rounds: int) -> Measured:
    """A page of both, after it was asked for once."""
    from tests.plans import listening, read_whole

    small[0].client.get(small[1])
    with listening() as asked:
        big[0].client.get(big[1])
    whole = tuple(dict.fromkeys(found.table for found in read_whole(asked)))
    if SHOW_PLANS:
        for found in read_whole(asked):
            print(found)
    return Measured(name, timed(small[0].client, small[1], rounds), timed(big[0].client, big[1], rounds), whole)


SHOW_PLANS = COLUMNS = False


def measure(small: Book, big: Book, rounds: int, only: str = "", without: str | None = None) -> list[Measured]:
    """The pages of both MFIs, printed one by one."""
    from django.test.utils import setup_test_environment, teardown_test_environment

    print(f"{'page':<58} {'small':>8} {'big':>9}   ratio")
    found = []
    setup_test_environment()  # so that answers tell what their pages were made of
    in_small, in_big = dict(addresses(small)), list(addresses(big))
    teardown_test_environment()
    for name, at in in_big:
        if only not in name or (without and without in name) or (name not in in_small and "page" not in name):
            continue
        # What a small list has no such page of is measured by its first.
        alike = at.partition("?")[0] if "page" in name else in_small[name]
        one = measure_page(name, (small, alike), (big, at), rounds)
        found.append(one)
        said = "  ".join([*(["SLOW"] if one.is_slow else []), *(f"all of {table}" for table in one.whole)])
        print(f"{name:<58} {one.small:>5.0f} ms {one.big:>6.0f} ms {one.big / one.small:>6.1f} ×  {said}", flush=True)
    slow = [one for one in found if one.is_slow and not one.name.startswith("report ")]
    print(f"{len(found)} pages; {len(slow)} take more than {ALLOWED_RATIO} × and {ALLOWED_MORE} ms:")
    for one in sorted(slow, key=lambda one: one.small - one.big)[:40]:
        print(f"  {one.name:<56} {one.small:>5.0f} ms {one.big:>6.0f} ms")
    return found


def export(subdomain: str, file_format: int) -> None:
    """Downloads the list of loans, in this process, and says how long that took and the most memory it needed."""
    from django.test import Client
    from django_tenants.utils import tenant_context

    from apps.loans.book.models import Loan
    from apps.mfis.tenancy.models import MFI
    from apps.users.accounts.models import Account

    with tenant_context(MFI.objects.get(subdomain=subdomain)):
        manager = Account.objects.filter(role="mfi_admin", duties__contains="manager").order_by("created_at").first()
        client = Client(HTTP_HOST=f"{subdomain}.localhost")
        assert manager is not None
        client.force_login(manager, backend="apps.users.access.backends.EmailOrPhoneBackend")
        rows = Loan.objects.count()
    client.get("/admin/loans/loan/")
    before, begun, size, first = _most_memory(), time.perf_counter(), 0, 0.0
    answer: Any = client.post("/admin/loans/loan/export/", {"format": str(file_format)})
    for part in answer.streaming_content if answer.streaming else [answer.content]:
        first = first or time.perf_counter() - begun
        size += len(part)
    spent = time.perf_counter() - begun
    print(
        f"{rows:,} rows, {('XLSX', 'CSV')[file_format]}: {spent:.1f} s, first byte after {first:.2f} s, "
        f"{size / 1e6:.1f} MB; {_most_memory():.0f} MB at most, {before:.0f} MB of them before",
        flush=True,
    )


def _most_memory() -> float:
    """The most memory that this process has had, in MB. (What getrusage says, a process inherits.)"""
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def measure_exports() -> None:
    for file_format in (0, 1):
        subprocess.run([sys.executable, __file__, "--export", str(file_format)], check=True)


@contextmanager
def histories() -> Iterator[None]:
    """A MongoDB, without which pages would wait for it."""
    with tempfile.TemporaryDirectory(prefix="letsema-bench-") as folder:
        mongo = EmbeddedMongo(Path(folder), throw_away=True)
        mongo.start()
        os.environ["MONGODB_URL"] = mongo.url()
        try:
            yield
        finally:
            mongo.stop()


def main() -> None:
    global SHOW_PLANS, COLUMNS
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loans", type=int, default=200_000)
    parser.add_argument("--small", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="pages whose name has this in it")
    parser.add_argument(
        "--plans", action="store_true", help="print the plan of each query that reads a big table whole"
    )
    parser.add_argument("--without", help="leave out pages whose name has this in it")
    parser.add_argument("--columns", action="store_true", help="also each list in the order of each of its columns")
    parser.add_argument("--export", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.export is not None:
        import django

        django.setup()
        export("big", arguments.export)
        return
    SHOW_PLANS, COLUMNS = arguments.plans, arguments.columns
    with throw_away_server(), histories():
        migrated()
        small, big = open_book("small", arguments.small), open_book("big", arguments.loans)
        measure(small, big, arguments.rounds, arguments.only, arguments.without)
        measure_exports()


if __name__ == "__main__":
    main()
