"""The interest of a loan whose schedule follows what is paid: counted over the principal really outstanding.

Up to the day of reckoning the balance is what was really paid out and paid back; from then on it is the principal as
scheduled, taking what is overdue as paid on that day and what was paid early as paid. The interest of each stretch of
equal balance is rounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .installment_periods import InstallmentPeriod
from .money import ZERO
from .remaining import Remaining
from .snapshot import Installment
from .terms import Terms

Movement = tuple[date, Decimal]


@dataclass(slots=True)
class Line:
    """A regular installment with what its amounts are computed from."""

    row: Installment
    period: InstallmentPeriod
    level: Decimal = ZERO  # principal and interest together, or the principal alone where parts are equal
    extra: Decimal = ZERO  # principal paid beyond the installment and taken into it
    settled: bool = False  # paid in full: its amounts stay what was paid
    spare: Decimal = ZERO  # paid early here, taken off the principal of the installments after it
    waived: Decimal = ZERO
    fixed_interest: Decimal | None = None  # flat interest does not follow what is paid


class RecalculatedInterest:
    """Remembers which principal and interest moved on which day, and counts interest by it."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.recalculation = terms.recalculate_interest if terms.rate else None
        self.progressive = terms.schedule_type == "progressive"
        self.disbursements: list[Movement] = []  # less down payments
        self.repaid: list[Movement] = []  # principal of regular installments, by the day it counts from
        self.interest_paid: list[Movement] = []
        self.overdue: list[Movement] = []  # principal and interest that were overdue when the loan was taken on
        self.overdue_interest: list[Movement] = []
        self.counts_from = date.min  # the day on which the loan was taken on
        self.before = ZERO  # principal that no line repays: it was repaid or fell due before

    def take_on(self, remaining: Remaining) -> None:
        """Counts interest from the day on which the loan is taken on, also on what was overdue then."""
        day = self.counts_from = remaining.day
        self.disbursements.append((day, remaining.principal))
        self.overdue.append((day, remaining.overdue_principal))
        self.overdue_interest.append((day, remaining.overdue_interest))
        self.before = remaining.agreed.principal - remaining.principal

    @property
    def agreed(self) -> Decimal:
        """All principal that was lent, less down payments."""
        return self.lent + self.before

    @property
    def lent(self) -> Decimal:
        """All principal paid out, less down payments."""
        return sum((amount for _, amount in self.disbursements), ZERO)

    def counted(self, lines: list[Line], k: int, till: date, left: Decimal, early: Decimal, *, settle: bool) -> Decimal:
        """Interest counted for the installment at `k`, when `left` principal is scheduled and `early` was paid.

        `till` is the day of reckoning; `settle` counts nothing after it, as for a pay-off.
        """
        line = lines[k]
        period = line.period
        if line.fixed_interest is not None:
            return line.fixed_interest
        if k < self.terms.grace.interest_free or not period.rate or period.days == 0:
            return period.brought
        stretches = self._stretches(lines, k, till, left, early, settle=settle)
        each = [balance * period.rate * period.share * days / period.days for days, balance in stretches]
        rounded, mode = self.terms.currency.round, self.terms.round_mode
        return sum((rounded(part, mode) for part in each), period.brought)

    def after_the_last(self, lines: list[Line], till: date) -> Decimal:
        """Interest after the last due date: by the day on what is outstanding, until the loan is settled.

        A progressive schedule counts none.
        """
        last = lines[-1].period
        if self.progressive or self.recalculation is None or till <= last.due_date:
            return ZERO
        movements = self._movements(lines)
        opening = sum((a for day, a in movements if day <= last.due_date), ZERO)
        year = 365 if self.terms.days_in_year == "actual" else int(self.terms.days_in_year)
        rounded, mode = self.terms.currency.round, self.terms.round_mode
        stretches = _between(last.due_date, till, opening, movements)
        return sum((rounded(balance * last.rate * days / year, mode) for days, balance in stretches), ZERO)

    def _movements(self, lines: list[Line]) -> list[Movement]:
        """What raised or lowered the balance that bears interest, by day; `lines` are those that fell due before."""
        movements = [*self.disbursements, *self.overdue, *((day, -a) for day, a in self.repaid)]
        if self.recalculation and self.recalculation.compounding == "interest":
            movements += self._overdue_interest(lines)
        return sorted(movements)

    def _stretches(
        self, lines: list[Line], k: int, till: date, left: Decimal, early: Decimal, *, settle: bool
    ) -> Iterator[tuple[int, Decimal]]:
        """Days and balance of each stretch of the installment's period that bears interest."""
        period = lines[k].period
        start, end = period.start, period.due_date
        later = sum((a for day, a in self.disbursements if day > start), ZERO)
        if self.recalculation is None:
            yield from _between(start, end, left - later, self.disbursements)
            return
        known = min(max(self._reckoned(till, period), start), end)
        movements = self._movements(lines[:k])
        opening = sum((a for day, a in movements if day <= start), ZERO)
        yield from _between(start, known, opening, movements)
        if not settle:
            after = sum((a for day, a in self.disbursements if day > max(start, known)), ZERO)
            yield from _between(max(start, known), end, left - early - after, self.disbursements)
        elif self.recalculation.payoff == "to_the_rest_date" and start < till < end:
            yield (end - known).days, sum((a for day, a in movements if day <= known), ZERO)

    def _reckoned(self, till: date, period: InstallmentPeriod) -> date:
        """The day up to which balances are taken as they really were."""
        if self.recalculation and self.recalculation.rest == "same_as_repayment" and period.start < till:
            return period.due_date
        return till

    def _overdue_interest(self, lines: list[Line]) -> list[Movement]:
        """Interest that bears interest from its due date until it is paid."""
        fell_due = ((max(line.row.due_date, self.counts_from), line.row.due["interest"]) for line in lines)
        movements = [*self.overdue_interest, *fell_due]
        fallen_due = sum((amount for _, amount in movements), ZERO)
        paid = ZERO
        for day, amount in self.interest_paid:
            part = min(amount, fallen_due - paid)
            paid += part
            movements.append((day, -part))
        return movements


def _between(start: date, end: date, opening: Decimal, movements: list[Movement]) -> Iterator[tuple[int, Decimal]]:
    """The stretches of (start, end] between changes of balance."""
    balance, since = opening, start
    for day, amount in movements:
        if start < day < end:
            if day > since:
                yield (day - since).days, balance
                since = day
            balance += amount
    if end > since:
        yield (end - since).days, balance
