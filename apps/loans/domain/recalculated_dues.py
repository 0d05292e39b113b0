"""What falls due on each installment of a recalculated schedule, of the interest counted and the principal left."""

from __future__ import annotations

from decimal import Decimal

from .money import ZERO
from .recalculated_interest import Line, RecalculatedInterest
from .terms import Terms


class Dues:
    """The lines of one loan, with the interest counted for them; `RecalculatedSchedule` recomputes them."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.interest = RecalculatedInterest(terms)
        self.recalculation = self.interest.recalculation
        self.lines: list[Line] = []

    def _principal_before_last(
        self, line: Line, wanted: Decimal, room: Decimal, spare: Decimal
    ) -> tuple[Decimal, Decimal]:
        """The principal due before the last open installment, and what is then spare for the ones after it.

        `room` is the principal that is neither taken yet nor paid on later installments.
        """
        paid = line.row.paid["principal"]
        if line.settled and self.recalculation:
            return paid, spare + line.spare
        cut = min(spare, wanted)
        return min(max(wanted - cut, paid), max(room, paid)), spare - cut + line.spare

    def _principal_from_last(self, k: int, line: Line, absorbing: int, left: Decimal, early: Decimal) -> Decimal:
        """The principal due on the last open installment, which takes what is left, and on those after it."""
        paid = line.row.paid["principal"]
        if k == absorbing:
            return max(left - early, paid)
        return left if k == len(self.lines) - 1 else max(min(paid, left - early), ZERO)

    def _absorbing(self) -> int:
        """The index of the installment that takes what is left: the last that is not paid in full."""
        last = len(self.lines) - 1
        if not self.recalculation:
            return last
        return next((k for k in range(last, -1, -1) if not self.lines[k].settled), last)

    def _wanted(self, line: Line, interest: Decimal) -> Decimal:
        """The principal of an installment that is not the last."""
        if line.period.principal_free:
            return line.extra
        if self.terms.amortization != "equal_installments" or self.terms.fixed_principal_percent:
            return line.level + line.extra
        return max(line.level - interest - line.waived, ZERO) + line.extra

    def _due_interest(self, k: int, line: Line, counted: Decimal) -> tuple[Decimal, Decimal]:
        """The interest due on the installment, of what was counted, and what is carried to the next."""
        paid, last = line.row.paid["interest"], k == len(self.lines) - 1
        if k < self.terms.grace.interest_payment and not last:
            return paid, counted - paid
        if line.settled and self.recalculation:
            return paid, ZERO if last else max(counted - paid - line.waived, ZERO)
        due = counted
        level_bound = self.terms.amortization == "equal_installments" and not line.period.principal_free
        if self.recalculation and level_bound and not last and k < self._absorbing():
            due = min(counted, max(line.level + line.extra - line.row.paid["principal"], ZERO))
        return max(due - line.waived, paid), max(counted - due, ZERO)
