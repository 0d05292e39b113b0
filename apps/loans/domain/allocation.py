"""How a receipt is spread by the named orders: oldest installment first, components in the named order."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .money import ZERO
from .snapshot import COMPONENTS, Installment

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

ChargesDue = dict[tuple[int, str], Decimal]
Part = tuple[Installment, str, Decimal]


def pay(row: Installment, component: str, amount: Decimal, value_date: date, parts: list[Part]) -> Decimal:
    """Pays no more than `amount` of one component of `row`, noting the part. Returns what was taken."""
    take = min(amount, row.due[component] - row.paid[component])
    if take <= 0:
        return ZERO
    row.paid[component] += take
    if value_date < row.due_date:
        row.paid_in_advance += take
    elif value_date > row.due_date:
        row.paid_late += take
    parts.append((row, component, take))
    return take


def allocate(
    installments: list[Installment],
    amount: Decimal,
    value_date: date,
    order: str,
    charges_due: ChargesDue,
    first: int = 0,
) -> tuple[list[Part], Decimal]:
    """Spreads `amount` received on `value_date` over the installments from index `first`, changing their `paid`.

    `charges_due` holds, per installment number and component, the charges whose own due date has come.
    Returns the parts paid and what is left over when everything is paid.
    """
    parts: list[Part] = []
    left = amount
    when_due, in_advance = ORDERS[order]
    for index in range(first, len(installments)):
        row = installments[index]
        due, paid = row.due, row.paid
        early = value_date < row.due_date
        if early and charges_due:
            left -= pay_charges_due(row, left, value_date, charges_due, parts)
        before = left
        for component in in_advance if early else when_due:
            owed = due[component] - paid[component]
            if owed and left:
                take = owed if owed < left else left
                paid[component] += take
                left -= take
                parts.append((row, component, take))
        if early:
            row.paid_in_advance += before - left
        elif value_date > row.due_date:
            row.paid_late += before - left
        if not left:
            break
    return parts, left


def pay_charges_due(
    row: Installment, amount: Decimal, value_date: date, charges_due: ChargesDue, parts: list[Part]
) -> Decimal:
    """Charges whose own day has come go before the order of what is paid early. Returns what was taken."""
    taken = ZERO
    for component in CHARGES:
        has_come = charges_due.get((id(row), component), ZERO) - row.paid[component]
        if has_come > 0:
            taken += pay(row, component, min(has_come, amount - taken), value_date, parts)
    return taken
