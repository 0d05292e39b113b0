"""In duplum: unpaid interest and penalties together never grow beyond the principal outstanding.

That holds however they came: by schedule, recalculation, penalty rule or hand. What would pass it is not owed, and does
not come back: accrual stops, and goes on as payments make room. A payment of principal takes away nothing that was
owed before it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .charging import Charging
from .fixed_schedule import FixedSchedule
from .money import ZERO
from .recalculated_schedule import RecalculatedSchedule
from .snapshot import Installment

Schedule = FixedSchedule | RecalculatedSchedule


class InDuplum:
    """Holds one loan's interest and penalties to its principal, day by day."""

    def __init__(self, schedule: Schedule, charging: Charging) -> None:
        self.schedule, self.charging = schedule, charging
        self._stood = ZERO  # what was unpaid after the last event

    def room(self) -> Decimal:
        """What may still be charged: the principal outstanding less all interest and penalties that are unpaid."""
        rows = self.schedule.installments
        unpaid = _interest(rows) + sum((row.left("penalties") for row in rows), ZERO)
        return max(self._principal() - unpaid, ZERO)

    def stand(self, day: date) -> None:
        """Remembers what is unpaid after an event: what stands is owed, though principal was paid."""
        self._stood = self._accrued(day)

    def hold(self, day: date) -> dict[str, Decimal]:
        """Takes off what came by `day` beyond the limit, interest before penalties; tells how much of each."""
        rows, penalties = self._settled(day), self._penalties(day)
        limit = max(self._principal(), self._stood)
        over = max(_interest(rows) + sum(penalties.values(), ZERO) - limit, ZERO)
        held = {"interest": self._take_off_interest(rows, over)}
        held["penalties"] = self._take_off_penalties(penalties, over - held["interest"])
        unpaid = _interest(rows) + sum(penalties.values(), ZERO) - held["penalties"]
        self._stood = min(max(self._stood, ZERO), unpaid)
        self.schedule.recompute(day)
        return held

    def beyond(self, rebate: Decimal) -> dict[str, Decimal]:
        """By how much interest, less `rebate`, and then penalties pass the limit when the loan is settled."""
        rows = self.schedule.installments
        interest = max(_interest(rows) - rebate, ZERO)
        penalties = sum((row.left("penalties") for row in rows), ZERO)
        over = max(interest + penalties - self._principal(), ZERO)
        return {"interest": min(over, interest), "penalties": max(over - interest, ZERO)}

    def forgive(self, penalties: Decimal) -> None:
        """Takes `penalties` off the last installments."""
        rows = enumerate(self.schedule.installments)
        self._take_off_penalties({n: row.left("penalties") for n, row in rows}, penalties)

    def _principal(self) -> Decimal:
        return sum((row.left("principal") for row in self.schedule.installments), ZERO)

    def _accrued(self, day: date) -> Decimal:
        unpaid = _interest(self._settled(day)) + sum(self._penalties(day).values(), ZERO)
        self.schedule.recompute(day)
        return unpaid

    def _penalties(self, day: date) -> dict[int, Decimal]:
        """What is unpaid of the penalties whose day has come, by index of the installment."""
        due = self.charging.due_by(day)
        owed = ((n, row, due.get((id(row), "penalties"), ZERO)) for n, row in enumerate(self.schedule.installments))
        return {n: min(row.left("penalties"), amount) for n, row, amount in owed if amount}

    def _settled(self, day: date) -> list[Installment]:
        """The installments whose interest has come by `day`: all, where interest is counted to the day."""
        if isinstance(self.schedule, RecalculatedSchedule) and self.schedule.recalculation:
            self.schedule.settle(day)
            return self.schedule.regular
        return [row for row in self.schedule.regular if row.due_date <= day]

    def _take_off_interest(self, rows: list[Installment], over: Decimal) -> Decimal:
        held = ZERO
        for row in reversed(rows):
            part = min(over - held, row.left("interest"))
            if part > 0:
                self.schedule.waive_interest(row, part)
                held += part
        return held

    def _take_off_penalties(self, penalties: dict[int, Decimal], over: Decimal) -> Decimal:
        held = ZERO
        for n in sorted(penalties, reverse=True):
            part = min(over - held, penalties[n])
            self.schedule.installments[n].due["penalties"] -= part
            held += part
        return held


def _interest(rows: list[Installment]) -> Decimal:
    return sum((row.left("interest") for row in rows), ZERO)
