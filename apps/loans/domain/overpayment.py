"""Money that is overpaid: what it pays later, and what becomes of a refund of money that turns out not to be there.

Also what a fact was short of, when it was applied.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .allocation import ORDERS, ChargesDue, Part, allocate, pay_charges_due
from .snapshot import COMPONENTS, Installment
from .terms import ALLOCATIONS, Terms


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A fact that asks for more than there is: its number, the path of what it says, and the sentence."""

    seq: int
    path: str
    problem: str


def pay_what_is_due(
    terms: Terms, rows: list[Installment], amount: Decimal, day: date, charges_due: ChargesDue
) -> tuple[list[Part], Decimal]:
    """Pays the installments that are due by `day`, and charges on others whose own day has come.

    Returns the parts paid and what is left of `amount`.
    """
    due = [row for row in rows if row.due_date <= day]
    order = terms.allocation if isinstance(terms.allocation, str) and terms.allocation in ORDERS else ALLOCATIONS[0]
    parts, left = allocate(due, amount, day, order, {})
    for row in rows:
        if row.due_date > day and left:
            left -= pay_charges_due(row, left, day, charges_due, parts)
    return parts, left


def take_back(rows: list[Installment], amount: Decimal, day: date) -> list[Part]:
    """Makes `amount` that was paid owed again, from the last that was paid: its parts, below zero."""
    parts: list[Part] = []
    for row in reversed(rows):
        for component in reversed(COMPONENTS):
            part = min(amount, row.paid[component])
            if part > 0:
                row.paid[component] -= part
                ahead = min(part, row.paid_in_advance)
                row.paid_in_advance -= ahead
                row.paid_late -= min(part - ahead, row.paid_late)
                parts.append((row, component, -part))
                amount -= part
    return parts
