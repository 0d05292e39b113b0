"""When an overdue installment costs a penalty, and how much.

An installment that is still unpaid `after_days` after its due date costs the penalty on the next day; it is dated
`grace_days` after the due date, at the latest the day before. "month" repeats it every month while anything is unpaid.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .calendar import add_months
from .snapshot import Installment
from .terms import OverduePenalty, Terms


@dataclass(frozen=True, slots=True)
class Penalty:
    """One penalty about to be charged: for which installment, on which day, dated when."""

    row: Installment
    charged_on: date
    dated: date


class PenaltyClock:
    """Tells which penalty comes next, and remembers which have been."""

    def __init__(self, rule: OverduePenalty) -> None:
        self.rule = rule
        self._charged: dict[int, int] = {}

    def next(self, rows: list[Installment], until: date) -> Penalty | None:
        """The earliest penalty not yet charged that falls on or before `until`; of installments still unpaid."""
        earliest: Penalty | None = None
        for row in rows:
            count = self._charged.get(id(row), 0)
            if count and self.rule.every == "once":
                continue
            first = row.due_date + timedelta(days=self.rule.after_days + 1)
            if first > until:
                break
            charged_on = add_months(first, count)
            if charged_on <= until and (earliest is None or charged_on < earliest.charged_on) and self._base(row) > 0:
                lead = max(self.rule.after_days + 1 - self.rule.grace_days, 1)
                earliest = Penalty(row, charged_on, charged_on - timedelta(days=lead))
        return earliest

    def skip(self, rows: list[Installment], day: date) -> None:
        """Leaves out penalties up to `day`: what they came to was brought forward with a loan that is taken on."""
        for row in rows:
            first = row.due_date + timedelta(days=self.rule.after_days + 1)
            while add_months(first, self._charged.get(id(row), 0)) <= day:
                self._charged[id(row)] = self._charged.get(id(row), 0) + 1

    def done(self, penalty: Penalty) -> None:
        """Marks it as charged."""
        self._charged[id(penalty.row)] = self._charged.get(id(penalty.row), 0) + 1

    def amount(self, row: Installment, terms: Terms) -> Decimal:
        """The penalty in currency units, on what is unpaid of the installment."""
        return terms.currency.round(self._base(row) * self.rule.percent / 100, terms.round_mode)

    def _base(self, row: Installment) -> Decimal:
        interest = row.left("interest") if self.rule.of == "principal_and_interest" else Decimal(0)
        return row.left("principal") + interest
