"""Taking on a book of running loans, against reading its sheet and COPY of the rows that it leaves.

    uv run python bench/take_on.py [--loans 20000] [--batch 500]

  read    the sheet of the loans (XLSX), row by row, with openpyxl in its read-only form
  COPY    the rows that the command leaves of these loans, put by COPY into tables that have the same columns and
          indexes, and no triggers
  taken   `take_on_loans` in batches, each in its own transaction, and `book_openings` at the end
Time a loan, the ratio, and the most memory that the process held. One run on a throw-away server.
"""

from __future__ import annotations

import argparse
import io
import random
import resource
import sys
import tempfile
import time
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.lender import Lender, open_lender
from bench.server import migrated, throw_away_server

if TYPE_CHECKING:
    from apps.loans.servicing.running_loan import RunningLoan

DAY = date.today() - timedelta(days=1)  # noqa: DTZ011
TABLES = (
    "loans_loan",
    "loans_loanevent",
    "loans_loanstate",
    "loans_installment",
    "loans_earning",
    "loans_position",
    "loans_installmentposition",
    "loans_allocation",
    "loans_positioncoverage",
    "credit_outboxentry",
)


def peak() -> float:
    """The most memory that this process held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def told(lender: Lender, count: int) -> list[RunningLoan]:
    """What another system tells of so many loans of 3 to 18 months, a third of them in arrears."""
    from apps.loans.servicing.tests.other_system import other_loan
    from apps.users.accounts.services.borrowers import register_borrower
    from apps.users.accounts.services.people import Person

    person = Person("Mamello Khoabane", phone="+26658000001", date_of_birth=date(1990, 5, 27))
    borrower = register_borrower(person=person, actor=lender.manager.actor, today=DAY)
    chance, rows = random.Random(1), []
    while len(rows) < count:
        row = other_loan(len(rows), DAY, chance, frequency="months", flat=False, bullet=False).tells(
            DAY, borrower.pk, lender.product.pk
        )
        rows += [row] if row else []
    return rows


def sheet_of(rows: list[RunningLoan]) -> Path:
    """The rows as a file of a spreadsheet."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    names = [field.name for field in fields(rows[0]) if field.name != "repayments"]
    sheet.append(names)
    for row in rows:
        sheet.append([str(v) if hasattr(v, "hex") else v for v in (getattr(row, name) for name in names)])
    path = Path(tempfile.mkdtemp()) / "loans.xlsx"
    book.save(path)
    return path


def read(path: Path) -> int:
    """Reads the sheet. Returns how many rows it has."""
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True)
    return sum(1 for _ in book.active.iter_rows(values_only=True))


def take(lender: Lender, rows: list[RunningLoan], batch: int) -> None:
    """Takes the rows on, a batch after the other."""
    from django.db import transaction

    from apps.loans.servicing.services.take_on import book_openings, take_on_loans

    wanted: dict[str, Any] = {"cut_over": DAY, "actor": lender.manager.actor, "currency": "LSL"}
    for start in range(0, len(rows), batch):
        with transaction.atomic():
            taken = rows[start : start + batch]
            results = take_on_loans(rows=taken, all_or_nothing=True, post=False, **wanted)
        assert all(row.loan_id for row in results)
    with transaction.atomic():
        book_openings(actor=lender.manager.actor)


def copied() -> tuple[float, int]:
    """Seconds that COPY takes for the rows that were left, and how many rows they are."""
    from django.db import connection, transaction

    seconds, count = 0.0, 0
    with connection.cursor() as cursor:
        for table in TABLES:
            kept = io.StringIO()
            cursor.copy_expert(f"COPY {table} TO STDOUT", kept)
            kept.seek(0)
            with transaction.atomic():
                cursor.execute(f"CREATE TABLE copy_of_{table} (LIKE {table} INCLUDING INDEXES)")
                began = time.perf_counter()
                cursor.copy_expert(f"COPY copy_of_{table} FROM STDIN", kept)
                seconds += time.perf_counter() - began
                count += cursor.rowcount
    return seconds, count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loans", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=500)
    options = parser.parse_args()
    with throw_away_server():
        migrated()
        from django_tenants.utils import tenant_context

        lender = open_lender()
        with tenant_context(lender.mfi):
            measure(lender, options.loans, options.batch)


def measure(lender: Lender, loans: int, batch: int) -> None:
    """Measures and prints."""
    rows = told(lender, loans)
    path = sheet_of(rows)
    began = time.perf_counter()
    read(path)
    reading = time.perf_counter() - began
    before = peak()
    began = time.perf_counter()
    take(lender, rows, batch)
    taking = time.perf_counter() - began
    after = peak()
    copying, count = copied()
    bare = reading + copying
    print(f"{loans:,} loans, {count:,} rows in {len(TABLES)} tables, batches of {batch}")
    print(f"read the sheet  {reading / loans * 1000:8.3f} ms a loan")
    print(f"COPY            {copying / loans * 1000:8.3f} ms a loan")
    print(f"taken on        {taking / loans * 1000:8.3f} ms a loan, {taking / bare:.1f} times reading and COPY")
    print(f"memory          {after:8.0f} MB at the most, {before:.0f} MB before the first batch")


if __name__ == "__main__":
    main()
