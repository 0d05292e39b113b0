"""In duplum: unpaid interest and penalties together never grow beyond the principal outstanding.

That holds however they came: by schedule, recalculation, penalty rule or hand. What would pass it is not owed, and does
not come back: accrual stops, and goes on as payments make room. A payment of principal takes away nothing that was
owed before it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .fixed_schedule import FixedSchedule
from .money import ZERO
from .recalculated_schedule import RecalculatedSchedule
from .snapshot import Installment

Schedule = FixedSchedule | RecalculatedSchedule


class InDuplum:
    """Holds one loan's interest and penalties to its principal, day by day."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self._stood = ZERO  # what was unpaid after the last event

    def room(self) -> Decimal:
        """What may still be charged: the principal outstanding less all interest and penalties that are unpaid."""
        return max(self._principal() - _unpaid(self.schedule.installments, self.schedule.installments), ZERO)

    def stand(self, day: date) -> None:
        """Remembers what is unpaid after an event: what stands is owed, though principal was paid."""
        self._stood = self._accrued(day)

    def hold(self, day: date) -> Decimal:
        """Takes off the interest that accrued up to `day` beyond the limit; tells how much."""
        rows = self._settled(day)
        limit = max(self._principal(), self._stood)
        over = _unpaid(rows, self.schedule.installments) - limit
        held = self._take_off(rows, over) if over > 0 else ZERO
        self._stood = min(max(self._stood, ZERO), _unpaid(rows, self.schedule.installments))
        self.schedule.recompute(day)
        return held

    def beyond(self, rebate: Decimal) -> Decimal:
        """By how much all interest and penalties, less `rebate`, pass the limit when the loan is settled."""
        over = _unpaid(self.schedule.installments, self.schedule.installments) - rebate - self._principal()
        return max(over, ZERO)

    def _principal(self) -> Decimal:
        return sum((row.left("principal") for row in self.schedule.installments), ZERO)

    def _accrued(self, day: date) -> Decimal:
        unpaid = _unpaid(self._settled(day), self.schedule.installments)
        self.schedule.recompute(day)
        return unpaid

    def _settled(self, day: date) -> list[Installment]:
        """The installments whose interest has come by `day`: all, where interest is counted to the day."""
        if isinstance(self.schedule, RecalculatedSchedule) and self.schedule.recalculation:
            self.schedule.settle(day)
            return self.schedule.regular
        return [row for row in self.schedule.regular if row.due_date <= day]

    def _take_off(self, rows: list[Installment], over: Decimal) -> Decimal:
        held = ZERO
        for row in reversed(rows):
            part = min(over - held, row.left("interest"))
            if part > 0:
                self.schedule.waive_interest(row, part)
                held += part
        return held


def _unpaid(of_interest: list[Installment], of_penalties: list[Installment]) -> Decimal:
    interest = sum((row.left("interest") for row in of_interest), ZERO)
    return interest + sum((row.left("penalties") for row in of_penalties), ZERO)
