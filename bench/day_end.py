"""The end of a day for 200,000 loans of one MFI, against a loop over loans and against one set-based statement.

    uv run python bench/day_end.py [--loans 200000] [--sample 200]

  day end    `end_day`: accrual by product, provision, snapshot, reminders, with the books they are posted to
  loop       each loan by the ORM: read its installments, write its accrual row, update it, in a transaction of its own
             (a sample of them, extrapolated)
  statement  one hand-written statement that inserts an accrual row for each loan and updates each loan
All in one run on a throw-away server. The second run of the day must write nothing.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.server import migrated, throw_away_server

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


def measure(loans: int, sample: int) -> None:
    migrated()
    from django.db import connection, transaction
    from django_tenants.utils import tenant_context

    from apps.loans.models import DayEnd, Installment, JournalLine, Loan
    from apps.loans.services import origination
    from apps.loans.services.day_end import end_day
    from apps.loans.services.products import create_product
    from apps.mfis.acting import SYSTEM
    from apps.users.services.accounts import Person, register_borrower
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
    with tenant_context(opened.mfi):
        product = create_product(
            by=opened.admin,
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
        who = register_borrower(person=Person("Bench", phone="58120001"), today=DAY)
        origination.apply_for_loan(
            borrower=who,
            product_id=product.pk,
            principal=Decimal(1000),
            installments=12,
            purpose="",
            by=who,
            currency="LSL",
            on=DAY,
        )
        started = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(FILL, {"loans": loans, "day": DAY})
            cursor.execute(BASELINE)
            cursor.execute("VACUUM ANALYZE loans_loan, loans_loanstate, loans_installment, loans_earning, bench_loan")
        print(
            f"{loans:,} loans with {Installment.objects.count():,} installments ({time.perf_counter() - started:.0f} s)"
        )

        def ended(day: date) -> float:
            begun = time.perf_counter()
            end_day(day)
            return time.perf_counter() - begun

        ended(DAY)  # the first posts all that was ever earned
        with connection.cursor() as cursor:  # as autovacuum would have by now
            cursor.execute("VACUUM loans_installment, loans_earning, loans_loanstate, bench_loan")
        ours = min(ended(DAY + timedelta(days=n)) for n in range(1, 6))
        before = JournalLine.objects.count(), DayEnd.objects.count()
        again = ended(DAY + timedelta(days=5))
        assert (JournalLine.objects.count(), DayEnd.objects.count()) == before, "the second run wrote something"
        print(f"day end    {ours:8.2f} s   second run {again * 1000:.1f} ms, nothing written")
        for name, spent in steps(DAY + timedelta(days=6)):
            print(f"  {name:<10} {spent:6.2f} s")

        begun = time.perf_counter()
        for loan in Loan.objects.exclude(number__startswith="L").order_by("pk")[:sample]:
            with transaction.atomic():
                state = type(loan).state.related.related_model.objects.select_for_update().get(pk=loan.pk)
                rows = list(Installment.objects.filter(loan=loan))
                running = next((r for r in rows if r.due_date > DAY), rows[-1])
                amount = (running.interest / running.days).quantize(Decimal("0.01"))
                with connection.cursor() as cursor:
                    cursor.execute("INSERT INTO bench_accrual VALUES (%s, '2020-01-01', %s)", [loan.pk, amount])
                state.interest_outstanding = state.interest_outstanding + 0
                state.save(update_fields=["interest_outstanding"])
        loop = (time.perf_counter() - begun) / sample * loans

        statement = []
        for n in range(5):
            begun = time.perf_counter()
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(STATEMENT, {"day": DAY + timedelta(days=n)})
            statement.append(time.perf_counter() - begun)
        print(f"loop       {loop:8.1f} s   extrapolated from {sample}; {loop / ours:,.0f} × the day end")
        print(f"statement  {min(statement):8.2f} s   {min(statement) / ours:.1f} × the day end")


def steps(day: date) -> list[tuple[str, float]]:
    """How long each step of one day takes."""
    from apps.loans.services import day_end

    found = []
    for name, step in list(day_end.STEPS.items()):

        def timed(on: date, name: str = name, step=step):  # type: ignore[no-untyped-def]
            begun = time.perf_counter()
            try:
                return step(on)
            finally:
                found.append((name, time.perf_counter() - begun))

        day_end.STEPS[name] = timed
    day_end.end_day(day)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loans", type=int, default=200_000)
    parser.add_argument("--sample", type=int, default=200)
    arguments = parser.parse_args()
    with throw_away_server():
        measure(arguments.loans, arguments.sample)
