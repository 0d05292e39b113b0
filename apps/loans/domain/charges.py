"""What a charge amounts to."""

from __future__ import annotations

from decimal import Decimal

from .money import ZERO
from .state import Installment
from .terms import Charge, Terms


def charge_amount(charge: Charge, terms: Terms, principal: Decimal, interest: Decimal) -> Decimal:
    """The charge in currency units; `principal` and `interest` are those of what it is charged on."""
    if charge.calculation == "flat":
        return terms.currency.round(charge.amount, terms.round_mode)
    base = {"principal": principal, "interest": interest, "principal_and_interest": principal + interest}[charge.of]
    return terms.currency.round(base * charge.amount / 100, terms.round_mode)


def fees_at_disbursement(terms: Terms, rows: list[Installment]) -> Decimal:
    """What is kept back from the borrower when the loan is paid out."""
    principal = sum((r.due["principal"] for r in rows), ZERO)
    interest = sum((r.due["interest"] for r in rows), ZERO)
    at_once = [c for c in terms.charges if c.timing == "disbursement"]
    return sum((charge_amount(c, terms, principal, interest) for c in at_once), ZERO)


def component(charge: Charge) -> str:
    """The component that the charge is owed as."""
    return "penalties" if charge.kind == "penalty" else "fees"
