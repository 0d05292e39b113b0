"""How a receipt is spread: oldest installment first, components in the named order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from .money import ZERO
from .state import COMPONENTS, Installment

# Each named order: what an installment takes when it is due, and what it takes before its due date.
ORDERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "penalty_fee_interest_principal": (COMPONENTS, COMPONENTS),
    "due_penalty_fee_interest_principal__advance_principal_penalty_fee_interest": (
        COMPONENTS,
        ("principal", "penalties", "fees", "interest"),
    ),
    "due_penalty_interest_principal_fee__advance_penalty_interest_principal_fee": (
        ("penalties", "interest", "principal", "fees"),
        ("penalties", "interest", "principal", "fees"),
    ),
}
CHARGES = ("penalties", "fees")


def allocate(
    installments: list[Installment],
    amount: Decimal,
    on: date,
    order: str,
    charges_due: dict[tuple[int, str], Decimal],
) -> tuple[dict[str, Decimal], Decimal]:
    """Spreads `amount` received `on` over the installments, changing their `paid`.

    `charges_due` holds, per installment number and component, the charges whose own due date has come.
    Returns the split per component and what is left over when everything is paid.
    """
    split = dict.fromkeys(COMPONENTS, ZERO)
    left = amount
    for row in installments:
        if left <= 0:
            break
        if row.outstanding <= 0:
            continue
        before = left
        for component, most in _wants(row, on, order, charges_due):
            take = min(left, most)
            row.paid[component] += take
            split[component] += take
            left -= take
        if on < row.due_date:
            row.paid_in_advance += before - left
        elif on > row.due_date:
            row.paid_late += before - left
    return split, left


def _wants(
    row: Installment, on: date, order: str, charges_due: dict[tuple[int, str], Decimal]
) -> Iterator[tuple[str, Decimal]]:
    when_due, in_advance = ORDERS[order]
    if on >= row.due_date:
        yield from ((c, row.left(c)) for c in when_due)
        return
    if order.startswith("due_"):
        for component in CHARGES:
            has_come = charges_due.get((row.n, component), ZERO) - row.paid[component]
            yield component, max(min(has_come, row.left(component)), ZERO)
    yield from ((c, row.left(c)) for c in in_advance)
