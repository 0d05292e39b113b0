"""What another system told of a loan that was taken on from it, as people read it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from apps.loans.book.models import EventType, LoanEvent

TOLD = {
    "principal": "Principal outstanding",
    "overdue_principal": "Principal overdue",
    "overdue_interest": "Interest overdue",
    "fees": "Fees",
    "penalties": "Penalties",
    "arrears_since": "In arrears since",
    "accrued_interest": "Interest accrued, not due",
    "installment": "Installment",
    "disbursed_on": "Paid out on",
    "last_payment_on": "Last payment on",
    "last_payment": "Last payment",
}
NOTHING = ("0", "0.00")


def told_elsewhere(event: LoanEvent) -> list[tuple[str, str]]:
    """Label and figure of each thing that was told; what was nothing is left out. Nothing of any other event."""
    if event.type != EventType.TAKEN_ON:
        return []
    told = {**event.payload.get("take_on", {}), **event.payload}
    return [(label, _said(told[name])) for name, label in TOLD.items() if told.get(name, "0") not in NOTHING]


def _said(value: str) -> str:
    """A date or an amount as people write it."""
    if "-" in value:
        return f"{date.fromisoformat(value):%-d %b %Y}"
    return f"{Decimal(value):,.2f}"
