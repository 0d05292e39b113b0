"""The engine: states a second on one core, against a bare Decimal loop and numpy-financial, in one run.

    uv run python bench/engine.py [--seconds 2]

  fold       `fold` of a declining monthly loan with a receipt for each installment: schedule, allocation, charges
             and arrears ready, every installment and transaction an object
  bare       a plain loop over Decimals that computes only that schedule and spreads those receipts, nothing else
  quote      `quote`: the schedule alone
  numpy      numpy-financial's `ipmt` and `ppmt` for the same schedule (floats, not rounded)
It needs no database. Loops are interleaved and the best of several rounds is taken.
"""

from __future__ import annotations

import argparse
import sys
import time
from calendar import monthrange
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from apps.loans.domain.fold import fold, quote
from apps.loans.domain.terms import Event, Terms

START = date(2025, 1, 15)
LAST = date(2100, 1, 1)
CENT = Decimal("0.01")
PRINCIPAL = Decimal(5000)
ROUNDS = 5


def story(count: int) -> tuple[Terms, list[Event]]:
    """A loan of `count` installments and a receipt of each on its day."""
    terms = Terms(
        submitted_on=START,
        principal=PRINCIPAL,
        rate=Decimal(24),
        installments=count,
        interest_method="declining_balance",
    )
    due = quote(terms, START).installments
    receipts = [Event(row.n + 1, "repayment", row.due_date, row.total_due) for row in due]
    return terms, [Event(1, "disbursement", START, PRINCIPAL), *receipts]


def bare(count: int, receipts: list[Decimal]) -> list[list[Decimal]]:
    """The same schedule and allocation with nothing around them. Returns interest, principal and both paid, per row."""
    rate = Decimal(24) / 100 / 12
    growth = (1 + rate) ** count
    level = (PRINCIPAL * rate * growth / (growth - 1)).quantize(CENT)
    balance = PRINCIPAL
    rows: list[list[Decimal]] = []
    for n in range(count):
        month = START.month + n
        year, month = START.year + month // 12, month % 12 + 1
        date(year, month, min(START.day, monthrange(year, month)[1]))
        interest = (balance * rate).quantize(CENT)
        principal = balance if n == count - 1 else level - interest
        balance -= principal
        rows.append([interest, principal, Decimal(0), Decimal(0)])
    at = 0
    for amount in receipts:
        left = amount
        while left > 0 and at < count:
            row = rows[at]
            for k in (0, 1):
                take = min(left, row[k] - row[k + 2])
                row[k + 2] += take
                left -= take
            if row[0] == row[2] and row[1] == row[3]:
                at += 1
    return rows


def rate_of(seconds: float, *loops: Callable[[], object]) -> list[float]:
    """Calls a second of each loop: the best of some rounds, in turn, so that a busy moment hits all."""
    best = [0.0] * len(loops)
    for _ in range(ROUNDS):
        for k, loop in enumerate(loops):
            calls, started = 0, time.perf_counter()
            while (taken := time.perf_counter() - started) < seconds / ROUNDS:
                loop()
                calls += 1
            best[k] = max(best[k], calls / taken)
    return best


def measure(seconds: float) -> None:
    import numpy_financial

    print(f"{'installments':>12} {'fold/s':>9} {'bare/s':>9} {'costs':>12} {'quote/s':>9} {'numpy/s':>9} {'µs/row':>7}")
    cost: dict[int, float] = {}
    for count in (12, 36, 120, 360):
        terms, events = story(count)
        amounts = [e.amount for e in events[1:]]
        periods = range(1, count + 1)

        def numpy(count: int = count, periods: range = periods) -> object:
            return [
                (numpy_financial.ipmt(0.02, n, count, -5000.0), numpy_financial.ppmt(0.02, n, count, -5000.0))
                for n in periods
            ]

        assert fold(terms, events, LAST).status == "closed"
        assert bare(count, amounts)[-1][1] == bare(count, amounts)[-1][3]
        folds, bares, quotes, numpys = rate_of(
            seconds,
            lambda terms=terms, events=events: fold(terms, events, LAST),  # type: ignore[misc]
            lambda count=count, amounts=amounts: bare(count, amounts),  # type: ignore[misc]
            lambda terms=terms: quote(terms, START),  # type: ignore[misc]
            numpy,
        )
        cost[count] = 1e6 / folds / count
        print(
            f"{count:>12} {folds:>9,.0f} {bares:>9,.0f} {bares / folds:>10.2f} × {quotes:>9,.0f} {numpys:>9,.0f} "
            f"{cost[count]:>7.1f}"
        )
    print(f"cost of an installment with its receipt, 360 against 12: {cost[360] / cost[12]:.2f} × (linear: 1)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=2.0, help="per loop")
    measure(parser.parse_args().seconds)
