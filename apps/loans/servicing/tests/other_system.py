"""Another system, as small as one can be: it lends, counts interest, takes payments, and tells what it knows on a day.

It shares nothing with the engine but the calendar of months: its figures are its own.
"""

from __future__ import annotations

import random
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from apps.loans.servicing.running_loan import RunningLoan

CENT = Decimal("0.01")
PERIODS_A_YEAR = {"months": 12, "weeks": 52}


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def month_after(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


@dataclass
class Due:
    """An installment of the other system, with what is unpaid of it."""

    on: date
    principal: Decimal
    interest: Decimal


@dataclass
class OtherLoan:
    """A loan of the other system: equal parts of principal, interest on what is left or on what was lent."""

    number: str
    lent_on: date
    principal: Decimal
    count: int
    rate: Decimal  # percent a year
    frequency: str
    flat: bool
    bullet: bool
    due: list[Due] = field(default_factory=list)
    fees: Decimal = Decimal(0)
    penalties: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        balance, part = self.principal, cents(self.principal / self.count)
        for n in range(1, self.count + 1):
            step = Decimal(0) if self.bullet else part
            step = balance if n == self.count else step
            base = self.principal if self.flat else balance
            interest = cents(base * self.rate / 100 / PERIODS_A_YEAR[self.frequency])
            self.due.append(Due(self._due_date(n), step, interest))
            balance -= step

    def _due_date(self, n: int) -> date:
        if self.frequency == "weeks":
            return self.lent_on + timedelta(weeks=n)
        return month_after(self.lent_on, n)

    def run(self, until: date, chance: random.Random) -> None:
        """Pays what falls due before `until`, now and then nothing any more, or a part."""
        stopped = False
        for row in self.due:
            if row.on >= until:
                break
            stopped = stopped or chance.random() < 0.08
            if not stopped:
                row.principal = row.interest = Decimal(0)
            elif chance.random() < 0.3:
                row.interest = Decimal(0)
        if stopped and chance.random() < 0.4:
            self.fees, self.penalties = Decimal(chance.randint(0, 40)), Decimal(chance.randint(0, 40))

    def tells(self, on: date, borrower_id: UUID, product_id: UUID) -> RunningLoan | None:
        """What it knows on `on`; None of a loan that is paid back."""
        late = [row for row in self.due if row.on < on and row.principal + row.interest > 0]
        running = next((row for row in self.due if row.on >= on), None)
        outstanding = sum((row.principal for row in self.due), Decimal(0))
        if outstanding <= 0:
            return None
        more: dict[str, Any] = {}
        if running:
            before = max([self.lent_on, *(row.on for row in self.due if row.on < on)])
            passed = Decimal((on - before).days) / (running.on - before).days
            more = {"accrued_interest": cents(running.interest * passed), "next_due_date": running.on}
        return RunningLoan(
            borrower_id=borrower_id,
            product_id=product_id,
            external_number=self.number,
            disbursed_on=self.lent_on,
            principal=self.principal,
            installments=self.count,
            outstanding=outstanding,
            overdue_principal=sum((row.principal for row in late), Decimal(0)),
            overdue_interest=sum((row.interest for row in late), Decimal(0)),
            interest_outstanding=sum((row.interest for row in late), Decimal(0)),
            fees=self.fees if late else Decimal(0),
            penalties=self.penalties if late else Decimal(0),
            arrears_since=late[0].on if late else None,
            matures_on=self.due[-1].on,
            **more,
        )


def other_loan(number: int, on: date, chance: random.Random, **kind: Any) -> OtherLoan:
    """A loan that was lent some time before `on`, run up to it."""
    every = 7 if kind["frequency"] == "weeks" else 30
    count = chance.randint(3, 18)
    lent_on = on - timedelta(days=chance.randint(1, every * (count + 2)))
    loan = OtherLoan(
        f"OLD-{number:05d}",
        lent_on,
        Decimal(chance.randint(500, 20_000)),
        count,
        Decimal(24),
        flat=kind["flat"],
        frequency=kind["frequency"],
        bullet=kind["bullet"],
    )
    loan.run(on, chance)
    return loan
