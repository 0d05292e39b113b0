"""The end of a day for 200,000 loans of one MFI, against a loop over loans and against one set-based statement.

    uv run python bench/day_end.py [--loans 200000] [--sample 200]

  day end    `end_day`: accrual by product, provision, snapshot, with the books they are posted to
  loop       each loan by the ORM: read its installments, write its accrual row, update it, in a transaction of its own
             (a sample of them, extrapolated)
  statement  one hand-written statement that inserts an accrual row for each loan and updates each loan
All in one run on a throw-away server. The second run of the day must write nothing.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.lender import apply, open_lender
from bench.server import migrated, throw_away_server

if TYPE_CHECKING:
    from apps.loans.book.models import Loan

Step = Callable[[date], Any]

DAY = date.today() - timedelta(days=1)  # noqa: DTZ011 - the last day that can be ended

# Loans that differ in day of pay-out, so that every day of a month is the middle of some installment.
FILL = """
    WITH base AS (SELECT * FROM loans_loan LIMIT 1),
    made AS (
        INSERT INTO loans_loan (id, node, recorded_at, number, borrower_id, product_id, product_version, terms_agreed,
                                principal, purpose, submitted_on)
        SELECT public.letsema_uuid7(), 'A', now(), 'B' || n, b.borrower_id, b.product_id, 1, b.terms_agreed,
               1000, '', %(day)s::date - (n %% 200)
          FROM base b, generate_series(1, %(loans)s) n
        RETURNING id, submitted_on),
    states AS (
        INSERT INTO loans_loanstate (loan_id, status, disbursed_on, principal_outstanding, interest_outstanding,
                                     charges_outstanding, total_paid, overpaid, oldest_due_date, next_due_amount,
                                     restructured, proposal, events_folded)
        SELECT id, 'active', submitted_on, 1000 - 83 * greatest((%(day)s::date - submitted_on) / 30, 0), 100, 0, 0, 0,
               submitted_on + 30 * (1 + (%(day)s::date - submitted_on) / 30), 100, false, '', 2
          FROM made),
    earnings AS (
        INSERT INTO loans_earning (loan_id, product_id, start, due, interest, earned, fees, penalties, total_interest,
                                   total_fees, total_penalties)
        SELECT m.id, b.product_id, m.submitted_on, m.submitted_on + 30, 19, 0, 0, 0, 162, 0, 0 FROM made m, base b)
    INSERT INTO loans_installment (id, loan_id, n, due_date, days, principal, interest, fees, penalties, balance,
                                   paid, outstanding)
    SELECT public.letsema_uuid7(), m.id, k, m.submitted_on + 30 * k, 30, 83, 20 - k, 0, 0, 1000 - 83 * k,
           CASE WHEN m.submitted_on + 30 * k < %(day)s THEN 103 - k ELSE 0 END,
           CASE WHEN m.submitted_on + 30 * k < %(day)s THEN 0 ELSE 103 - k END
      FROM made m, generate_series(1, 12) k
"""
BASELINE = """
    CREATE TABLE bench_accrual (loan_id uuid, day date, amount numeric(12, 2), PRIMARY KEY (loan_id, day));
    CREATE TABLE bench_loan AS SELECT l.id, s.principal_outstanding, 0::numeric(14, 2) AS accrued, NULL::date AS until
      FROM loans_loan l JOIN loans_loanstate s ON s.loan_id = l.id;
    ALTER TABLE bench_loan ADD PRIMARY KEY (id);
"""
STATEMENT = """
    WITH accrued AS (
        INSERT INTO bench_accrual (loan_id, day, amount)
        SELECT id, %(day)s, round(principal_outstanding * 24 / 36500, 2) FROM bench_loan
         WHERE until IS NULL OR until < %(day)s
        RETURNING loan_id, amount)
    UPDATE bench_loan b SET accrued = accrued + a.amount, until = %(day)s FROM accrued a WHERE a.loan_id = b.id
"""


def fill(loans: int) -> None:
    """Copies the one loan there is, with state, accrual state and installments, and what the baselines work on."""
    from apps.mfis.core.database import execute, fetch_all

    begun = time.perf_counter()
    execute(FILL, {"loans": loans, "day": DAY})
    execute(BASELINE)
    execute("VACUUM ANALYZE loans_loan, loans_loanstate, loans_installment, loans_earning, bench_loan")
    [(installments,)] = fetch_all("SELECT count(*) FROM loans_installment")
    print(f"{loans:,} loans with {installments:,} installments ({time.perf_counter() - begun:.0f} s)")


def ended(day: date) -> float:
    """The seconds that the end of `day` takes."""
    from apps.loans.servicing.services.day_end import end_day
    from apps.mfis.core.actor import SYSTEM

    begun = time.perf_counter()
    end_day(day=day, actor=SYSTEM)
    return time.perf_counter() - begun


def measure_day_end() -> float:
    """The best of five days, in seconds; prints it, a second run of the last day, and each step of another day."""
    from apps.loans.ledger.models import JournalLine
    from apps.loans.servicing.models import DayEnd
    from apps.mfis.core.database import execute

    ended(DAY)  # the first posts all that was ever earned
    # As autovacuum would have by now.
    execute("VACUUM loans_installment, loans_earning, loans_loanstate, bench_loan")
    best = min(ended(DAY + timedelta(days=n)) for n in range(1, 6))
    before = JournalLine.objects.count(), DayEnd.objects.count()
    again = ended(DAY + timedelta(days=5))
    assert (JournalLine.objects.count(), DayEnd.objects.count()) == before, "the second run wrote something"
    print(f"day end    {best:8.2f} s   second run {again * 1000:.1f} ms, nothing written")
    for name, spent in steps(DAY + timedelta(days=6)):
        print(f"  {name:<10} {spent:6.2f} s")
    return best


def steps(day: date) -> list[tuple[str, float]]:
    """How long each step of one day takes."""
    from apps.loans.servicing.services.day_end import STEPS

    times: list[tuple[str, float]] = []
    untimed = dict(STEPS)
    STEPS.update({name: _timed(name, step, times) for name, step in untimed.items()})
    ended(day)
    STEPS.update(untimed)
    return times


def _timed(name: str, step: Step, times: list[tuple[str, float]]) -> Step:
    def timed(day: date) -> Any:
        begun = time.perf_counter()
        try:
            return step(day)
        finally:
            times.append((name, time.perf_counter() - begun))

    return timed


def measure_loop(loans: int, sample: int) -> float:
    """The seconds that accruing each loan by itself would take, extrapolated from a sample."""
    from apps.loans.book.models import Loan

    begun = time.perf_counter()
    for loan in Loan.objects.filter(number__startswith="B").order_by("pk")[:sample]:
        accrue_alone(loan)
    return (time.perf_counter() - begun) / sample * loans


def accrue_alone(loan: Loan) -> None:
    """A day's interest of one loan, in a transaction of its own."""
    from django.db import transaction

    from apps.loans.book.models import Installment, LoanState
    from apps.mfis.core.database import execute

    with transaction.atomic():
        state = LoanState.objects.select_for_update().get(pk=loan.pk)
        rows = list(Installment.objects.filter(loan=loan))
        running = next((row for row in rows if row.due_date > DAY), rows[-1])
        amount = (running.interest / running.days).quantize(Decimal("0.01"))
        execute("INSERT INTO bench_accrual VALUES (%s, '2020-01-01', %s)", [loan.pk, amount])
        state.save(update_fields=["interest_outstanding"])


def measure_statement() -> float:
    """The seconds of one statement that accrues all loans: the best of five days."""
    from django.db import transaction

    from apps.mfis.core.database import execute

    times = []
    for n in range(5):
        begun = time.perf_counter()
        with transaction.atomic():
            execute(STATEMENT, {"day": DAY + timedelta(days=n)})
        times.append(time.perf_counter() - begun)
    return min(times)


def measure(loans: int, sample: int) -> None:
    """Fills one MFI, and prints the day end and what it is compared with."""
    from django_tenants.utils import tenant_context

    lender = open_lender()
    with tenant_context(lender.mfi):
        apply(lender, "58120001", Decimal(1000), DAY)
        fill(loans)
        day_end = measure_day_end()
        loop, statement = measure_loop(loans, sample), measure_statement()
    print(f"loop       {loop:8.1f} s   extrapolated from {sample}; {loop / day_end:,.0f} × the day end")
    print(f"statement  {statement:8.2f} s   {statement / day_end:.1f} × the day end")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loans", type=int, default=200_000)
    parser.add_argument("--sample", type=int, default=200)
    arguments = parser.parse_args()
    with throw_away_server():
        migrated()
        measure(arguments.loans, arguments.sample)
