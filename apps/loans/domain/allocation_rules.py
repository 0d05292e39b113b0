"""How a receipt is spread by allocation rules: per transaction type an order of due types and components.

Horizontal finishes an installment before it goes to the next within a due type; vertical pays one component over all
installments before it goes to the next component. What comes before its due date goes to the next installment, to
the last, or evenly over all that are left (reamortization).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .allocation import Part, pay
from .money import ZERO, Currency
from .snapshot import Installment
from .terms import Rule


class _Spread:
    """One receipt while it is spread."""

    def __init__(
        self, installments: list[Installment], amount: Decimal, value_date: date, future: str, currency: Currency
    ) -> None:
        self.installments, self.left, self.value_date = installments, amount, value_date
        self.future, self.currency = future, currency
        self.parts: list[Part] = []

    def candidates(self, due_type: str, component: str | None) -> list[Installment]:
        """The installments of this due type that still owe (of `component`, or anything), as the rule picks them."""
        rows = [row for row in self.installments if self._is(row, due_type) and _owes(row, component)]
        if due_type != "in_advance":
            return rows[:1]
        if self.future == "next":
            return rows[:1]
        return rows[-1:] if self.future == "last" else rows

    def _is(self, row: Installment, due_type: str) -> bool:
        if due_type == "past_due":
            return self.value_date > row.due_date
        return self.value_date == row.due_date if due_type == "due" else self.value_date < row.due_date

    def pay_evenly(self, rows: list[Installment], component: str) -> Decimal:
        """An even part of what is left to each of `rows`, the rest of the division to the last; tells what was paid."""
        each = self.currency.round(self.left / len(rows))
        last = self.left - each * (len(rows) - 1)
        paid = ZERO
        for row in rows:
            part = last if row is rows[-1] else each
            paid += pay(row, component, min(part, self.left - paid), self.value_date, self.parts)
        self.left -= paid
        return paid


def _owes(row: Installment, component: str | None) -> bool:
    return row.outstanding > 0 if component is None else row.left(component) > 0


def allocate_by_rule(
    installments: list[Installment], amount: Decimal, value_date: date, rule: Rule, processing: str, currency: Currency
) -> tuple[list[Part], Decimal]:
    """Spreads `amount` received on `value_date`, changing the installments' `paid`.

    Returns the parts paid and what is left over when everything is paid.
    """
    spread = _Spread(installments, amount, value_date, rule.future, currency)
    (_horizontally if processing == "horizontal" else _vertically)(spread, rule)
    return spread.parts, spread.left


def _horizontally(spread: _Spread, rule: Rule) -> None:
    grouped: dict[str, list[str]] = {}
    for due_type, component in rule.order:
        grouped.setdefault(due_type, []).append(component)
    for due_type, components in grouped.items():
        while spread.left > 0:
            rows = spread.candidates(due_type, None)
            if not rows:
                break
            paid = ZERO
            for component in components:
                if spread.left > 0:
                    paid += spread.pay_evenly(rows, component)
            if paid == 0:  # what these owe is in components this due type does not name
                break


def _vertically(spread: _Spread, rule: Rule) -> None:
    for due_type, component in rule.order:
        while spread.left > 0:
            rows = spread.candidates(due_type, component)
            if not rows or spread.pay_evenly(rows, component) == 0:
                break
