"""From a loan's state to what the books must hold for it, by posting role.

Each rule says which role a figure of the loan stands in, on which side. Whatever happened, the figures add up to
zero, so an entry that brings the books to them balances by construction. With recognition by accrual, income is
posted for each product and day (accrual.py) and a receipt settles the receivable; by cash, it is income when paid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from apps.loans.domain.state import LoanState as Folded
from apps.loans.models import LoanEvent
from apps.loans.models.event import EventType
from apps.loans.models.policy import Policy
from apps.loans.projection import charge_off, paid_since

ZERO = Decimal(0)
DEBIT, CREDIT = 1, -1
RECEIPTS = (EventType.REPAYMENT, EventType.PAY_OFF, EventType.RECOVERY)


@dataclass(frozen=True, slots=True)
class Rule:
    """`role` holds `figure` of the loan on `side`; `accrual` is the role instead where income accrues."""

    role: str
    side: int
    figure: Callable[[Folded], Decimal]
    accrual: str = ""


RULES = (
    Rule("loans", DEBIT, lambda s: s.outstanding("principal")),
    Rule("allowance", DEBIT, lambda s: s.written_off["principal"]),
    Rule("interest_income", CREDIT, lambda s: s.paid("interest"), accrual="interest_receivable"),
    Rule("fee_income", CREDIT, lambda s: s.paid("fees"), accrual="fees_receivable"),
    Rule("penalty_income", CREDIT, lambda s: s.paid("penalties"), accrual="penalties_receivable"),
    Rule("fee_income", CREDIT, lambda s: s.fees_at_disbursement),
    Rule("savings", CREDIT, lambda s: s.savings),
    Rule("overpayments", CREDIT, lambda s: s.overpaid),
    Rule("recoveries", CREDIT, lambda s: s.recovered),
)


def targets(folded: Folded, events: list[LoanEvent], recognition: str) -> dict[str, Decimal]:
    """What the books must hold for the loan: role to amount, debit above zero, adding up to zero."""
    found: dict[str, Decimal] = {}
    if folded.disbursed_on is None:
        return found
    accrual = recognition == Policy.Recognition.ACCRUAL
    for rule in RULES:
        role = rule.accrual if accrual and rule.accrual else rule.role
        found[role] = found.get(role, ZERO) + rule.side * rule.figure(folded)
    for role, amount in (*_money(folded, events).items(), *_charged_off(folded, events)):
        found[role] = found.get(role, ZERO) + amount
    return found


def _charged_off(folded: Folded, events: list[LoanEvent]) -> list[tuple[str, Decimal]]:
    """A loan charged off is no asset any more: its principal used the allowance; what is paid on it is recovered."""
    event = charge_off(events)
    if event is None:
        return []
    owed, recovered = folded.outstanding("principal"), paid_since(events, folded, event)
    return [("loans", -owed), ("allowance", owed + recovered), ("recoveries", -recovered)]


def _money(folded: Folded, events: list[LoanEvent]) -> dict[str, Decimal]:
    """What moved through each channel, and what came as a credit without money."""
    undone = {e.reverses_id for e in events if e.type == EventType.REVERSAL}
    standing = [e for e in events if e.pk not in undone]
    found: dict[str, Decimal] = {}

    def add(role: str, amount: Decimal) -> None:
        found[role] = found.get(role, ZERO) + amount

    down = sum((t.amount for t in folded.transactions if t.type == "down_payment" and not t.undone), ZERO)
    kept_back = folded.fees_at_disbursement + folded.savings + down
    paid_out = [e for e in standing if e.type == EventType.DISBURSED]
    for event in standing:
        amount = event.amount or ZERO
        if event.type == EventType.DISBURSED:
            # What each tranche kept is said with it; the last takes the rest, so that all adds up whatever was said.
            kept = kept_back if event is paid_out[-1] else Decimal(event.payload.get("fee", "0"))
            add(event.channel or "cash", kept - amount)
            kept_back -= kept
        elif event.type in RECEIPTS:
            add(event.channel or "cash", amount)
        elif event.type == EventType.REFUND:
            add(event.channel or "cash", -amount)
        elif event.type == EventType.GOODWILL:
            add("goodwill", amount)
    return found
