"""What a charge amounts to."""

from __future__ import annotations

from decimal import Decimal

from .money import ZERO
from .snapshot import Installment
from .terms import Charge, Terms


def charge_amount(charge: Charge, terms: Terms, principal: Decimal, interest: Decimal) -> Decimal:
    """The charge in currency units; `principal` and `interest` are those of what it is charged on."""
    if charge.calculation == "flat":
        return terms.currency.round(charge.amount, terms.round_mode)
    base = {"principal": principal, "interest": interest, "principal_and_interest": principal + interest}[charge.of]
    return terms.currency.round(base * charge.amount / 100, terms.round_mode)


def fees_kept(terms: Terms, disbursed: Decimal, rows: list[Installment]) -> Decimal:
    """What is kept back of a tranche of `disbursed`.

    A share of the principal is taken of each tranche; a flat fee, and a share of the interest of `rows`, of the first
    alone (`rows` is empty for later ones).
    """
    interest = sum((r.due["interest"] for r in rows), ZERO)
    fees = ZERO
    for charge in terms.charges:
        if charge.timing == "disbursement" and (rows or (charge.calculation == "percent" and charge.of != "interest")):
            fees += charge_amount(charge, terms, disbursed, interest)
    return fees


def component(charge: Charge) -> str:
    """The component that the charge is owed as."""
    return "penalties" if charge.kind == "penalty" else "fees"
