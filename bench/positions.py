"""Reports of a past day over 20,000 loans of one MFI: from positions, against folding each loan.

    uv run python bench/positions.py [--loans 20000] [--sample 500]

  ages     ageing and provision     running  the loans themselves     period   all figures of the year before the day
Each for a day two months ago, with all that is known now, and as it was known on that day. Folding is measured on a
sample of the loans and extrapolated; both must give the same for the sample.

  fold     what keeping positions adds to folding and writing a loan after one more receipt, with 12 and with 240 facts

The loans are copies of two dozen that were paid out over fourteen months, each with a receipt a month; one in four is
paid late, in part or not at all, and one receipt in four is recorded weeks after its day. All in one run on a server
of its own.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as clock
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.lender import Lender, open_lender
from bench.server import migrated, throw_away_server

if TYPE_CHECKING:
    from apps.loans.book.models import Loan, LoanEvent

TODAY = date.today()  # noqa: DTZ011 - the loans run up to now
DAY = TODAY - timedelta(days=60)
TEMPLATES = 24
ROUNDS = 3

COPY = """
    CREATE TEMPORARY TABLE bench_copy AS
        SELECT l.id AS old, public.letsema_uuid7() AS new, row_number() OVER () AS n
          FROM loans_loan l, generate_series(1, %(copies)s);
    CREATE TEMPORARY TABLE bench_fact AS
        SELECT e.id AS old, public.letsema_uuid7() AS new, c.new AS loan_id, c.n
          FROM loans_loanevent e JOIN bench_copy c ON c.old = e.loan_id;
    CREATE INDEX ON bench_fact (old, loan_id);
    CREATE INDEX ON bench_fact (n);
    ANALYZE bench_copy, bench_fact;
    INSERT INTO loans_loan (id, node, recorded_at, number, borrower_id, product_id, product_version, terms_agreed,
                            principal, purpose, submitted_on)
    SELECT c.new, l.node, l.recorded_at, 'B' || c.n, l.borrower_id, l.product_id, 1, l.terms_agreed, l.principal, '',
           l.submitted_on
      FROM bench_copy c JOIN loans_loan l ON l.id = c.old;
    INSERT INTO loans_loanstate (loan_id, status, disbursed_on, principal_outstanding, interest_outstanding,
                                 charges_outstanding, total_paid, overpaid, oldest_due_date, next_due_amount,
                                 restructured, proposal, events_folded)
    SELECT c.new, s.status, s.disbursed_on, s.principal_outstanding, s.interest_outstanding, s.charges_outstanding,
           s.total_paid, s.overpaid, s.oldest_due_date, s.next_due_amount, s.restructured, '', s.events_folded
      FROM bench_copy c JOIN loans_loanstate s ON s.loan_id = c.old;
    INSERT INTO loans_positioncoverage SELECT c.new, p.facts, p.last_fact, p.known_on, p.until, p.last_row
      FROM bench_copy c JOIN loans_positioncoverage p ON p.loan_id = c.old;
"""
# A few at a time: the chain that events are written into slows a long transaction down.
FACTS = """
    INSERT INTO loans_loanevent (id, node, recorded_at, loan_id, type, value_date, amount, channel, reference, reason,
                                 actor_name, idempotency_key, number, payload)
    SELECT f.new, e.node, e.recorded_at, f.loan_id, e.type, e.value_date, e.amount, e.channel, '', '', '', '', '', '{}'
      FROM bench_fact f JOIN loans_loanevent e ON e.id = f.old WHERE f.n BETWEEN %(first)s AND %(last)s
"""
AT_ONCE = 100  # loans
TABLES = ("loans_position", "loans_installmentposition", "loans_allocation")


def facts_of(loan: Loan, chance: random.Random) -> list[LoanEvent]:
    """A pay-out and a receipt a month up to today; of one borrower in four late, in part, or not at all."""
    from django.utils import timezone

    from apps.loans.book.models import EventType, LoanEvent
    from apps.loans.domain.fold import quote

    def fact(kind: EventType, day: date, amount: Decimal, late: int) -> LoanEvent:
        at = timezone.make_aware(datetime.combine(day + timedelta(days=late), clock(9)))
        return LoanEvent(loan=loan, type=kind, value_date=day, amount=amount, channel="cash", recorded_at=at)

    struggles = int(loan.number[1:]) % 4 == 3
    facts = [fact(EventType.DISBURSED, loan.submitted_on, loan.principal, 0)]
    for row in quote(loan.terms, loan.submitted_on).installments:
        day = row.due_date + timedelta(days=chance.choice([0, 3, 20, 70]) if struggles else 0)
        amount = row.total_due / 2 if struggles and chance.random() < 0.3 else row.total_due
        if day < TODAY and not (struggles and chance.random() < 0.2):
            facts.append(fact(EventType.REPAYMENT, day, amount.quantize(Decimal("0.01")), chance.choice([0, 0, 0, 25])))
    return sorted(facts, key=lambda f: f.recorded_at)


def lend(lender: Lender, n: int, chance: random.Random) -> None:
    """One of the loans that are copied, folded after each of its facts."""
    from apps.loans.book.models import Loan
    from apps.loans.book.projection import project

    on = TODAY - timedelta(days=20 + 17 * n)
    loan = Loan.objects.create(
        number=f"T{n}",
        borrower=lender.manager,
        product=lender.product,
        product_version=1,
        asked_terms={**TERMS, "submitted_on": on.isoformat()},
        asked_principal=Decimal(TERMS["principal"]),
        submitted_on=on,
    )
    for fact in facts_of(loan, chance):
        fact.save(force_insert=True)
        project(loan)


TERMS: dict[str, Any] = {
    "principal": "2400.00",
    "rate": "24",
    "installments": 12,
    "interest_method": "declining_balance",
}


def fill(lender: Lender, loans: int) -> None:
    """Two dozen loans, and copies of them with all that is kept of each."""
    from apps.loans.book.position_rows import ROWS
    from apps.mfis.core.database import execute, fetch_all

    begun, chance = time.perf_counter(), random.Random(1)
    for n in range(TEMPLATES):
        lend(lender, n, chance)
    execute(COPY, {"copies": max(loans // TEMPLATES, 1)})
    for first in range(1, loans + TEMPLATES, AT_ONCE):
        execute(FACTS, {"first": first, "last": first + AT_ONCE - 1})
    for table, row in zip(TABLES, ROWS, strict=True):
        columns = ["known_from", "known_to", *row._fields]
        taken = ", ".join("f.new" if column == "event_id" else f"p.{column}" for column in columns)
        facts = "JOIN bench_fact f ON f.old = p.event_id AND f.loan_id = c.new" if "event_id" in columns else ""
        execute(
            f"INSERT INTO {table} (loan_id, {', '.join(columns)}) SELECT c.new, {taken} "
            f"FROM {table} p JOIN bench_copy c ON c.old = p.loan_id {facts}"
        )
    execute("VACUUM ANALYZE loans_loan, loans_loanevent, loans_loanstate, loans_positioncoverage, " + ", ".join(TABLES))
    counts = [fetch_all(f"SELECT count(*) FROM {table}")[0][0] for table in ("loans_loan", "loans_loanevent", *TABLES)]
    told = "{:,} loans, {:,} events, {:,} positions, {:,} of installments, {:,} allocations".format(*counts)
    print(f"{told} ({time.perf_counter() - begun:.0f} s)")


def best(run: Callable[[], Any]) -> float:
    """The seconds of the fastest of some runs."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        run()
        times.append(time.perf_counter() - begun)
    return min(times)


def measure_reports(loans: int, sample: int) -> None:
    """Each report from positions and by folding, with all that is known now and as it was known on the day."""
    from apps.loans.book.models import Loan
    from apps.loans.book.selectors.loans_as_of import loans_as_of, loans_between
    from apps.loans.book.selectors.positions import ages_on, period, running_loans_on

    keys = list(Loan.objects.order_by("?").values_list("pk", flat=True)[:sample])
    since, share = DAY - timedelta(days=364), loans / len(keys)
    for known in (None, DAY):
        check(keys, known)
        once = best(lambda: list(loans_as_of(DAY, known, loans=keys))) * share  # noqa: B023 - run before the next
        twice = best(lambda: list(loans_between(since, DAY, known, loans=keys))) * share  # noqa: B023
        print(f"known {known or 'now'}")
        for name, report, folding in (
            ("ages", lambda: ages_on(DAY, known), once),  # noqa: B023
            ("running", lambda: running_loans_on(DAY, known), once),  # noqa: B023
            ("period", lambda: period(since, DAY, known), twice),  # noqa: B023
        ):
            told = best(report)
            print(f"  {name:<8} {told:7.2f} s   folding {folding:8.1f} s   {folding / told:6,.0f} × as long")


def check(keys: list[UUID], known: date | None) -> None:
    """Stops where a loan of the sample is told of otherwise than it is folded."""
    from apps.loans.book.selectors.loans_as_of import loans_as_of
    from apps.loans.book.selectors.positions import row_of, running_loans_on

    folded = {then.loan.pk: row_of(then) for then in loans_as_of(DAY, known, loans=keys) if then.is_active}
    told = {row.id: row for row in running_loans_on(DAY, known).rows if row.id in set(keys)}
    assert told == folded, "positions and folding differ"


def measure_fold(lender: Lender) -> None:
    """What positions add to one more fold, of a loan with few facts and of one with many."""
    from apps.loans.book import projection

    kept = projection.positions_told
    spent: list[float] = []

    def timed(*arguments: Any) -> Any:
        begun = time.perf_counter()
        written = kept(*arguments)
        spent.append(time.perf_counter() - begun)
        return written

    projection.positions_told = timed
    for count in (12, 240):
        spent.clear()
        whole = receipts(lender, count)
        mine = sum(spent[-20:])
        print(f"fold with {count:>3} facts  {whole / 20 * 1000:6.2f} ms, of which positions {mine / 20 * 1000:5.2f} ms")
    projection.positions_told = kept


def receipts(lender: Lender, count: int) -> float:
    """The seconds of folding and writing a loan after each of its last twenty of `count` receipts."""
    from django.db import transaction
    from django.utils import timezone

    from apps.loans.book.models import EventType, Loan, LoanEvent
    from apps.loans.book.projection import project

    on, total = TODAY - timedelta(days=count + 30), 0.0
    loan = Loan.objects.create(
        number=f"F{count}",
        borrower=lender.manager,
        product=lender.product,
        product_version=1,
        asked_terms={**TERMS, "submitted_on": on.isoformat()},
        asked_principal=Decimal(TERMS["principal"]),
        submitted_on=on,
    )
    kinds = [(EventType.DISBURSED, loan.principal), *[(EventType.REPAYMENT, Decimal("1.00"))] * count]
    for n, (kind, amount) in enumerate(kinds):
        day = on + timedelta(days=n)
        at = timezone.make_aware(datetime.combine(day, clock(9)))
        LoanEvent(loan=loan, type=kind, value_date=day, amount=amount, channel="cash", recorded_at=at).save()
        begun = time.perf_counter()
        with transaction.atomic():
            project(loan)
        if n > count - 20:
            total += time.perf_counter() - begun
    return total


def measure(loans: int, sample: int) -> None:
    """Fills one MFI, and prints what its reports and its folds take."""
    from django_tenants.utils import tenant_context

    lender = open_lender()
    with tenant_context(lender.mfi):
        fill(lender, loans)
        measure_reports(loans, sample)
        measure_fold(lender)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loans", type=int, default=20_000)
    parser.add_argument("--sample", type=int, default=500)
    arguments = parser.parse_args()
    with throw_away_server():
        migrated()
        measure(arguments.loans, arguments.sample)
