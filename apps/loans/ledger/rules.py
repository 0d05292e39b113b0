"""From a loan's state to what the books must hold for it, by posting role.

Each rule says which role a figure of the loan stands in, on which side. Whatever happened, the figures add up to
zero, so an entry that brings the books to them balances by construction. With recognition by accrual, income is
posted for each product and day (accrual.py) and a receipt settles the receivable; by cash, it is income when paid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from apps.loans.book.facts import charge_off
from apps.loans.book.models import COLLECTS, EventType, LoanEvent
from apps.loans.book.projection import paid_since
from apps.loans.domain.cost import kept_back
from apps.loans.domain.snapshot import LoanSnapshot
from apps.loans.products.models import Policy

ZERO = Decimal(0)
DEBIT, CREDIT = 1, -1

Share = tuple[str, Decimal]  # a posting role, and what stands in it: debit above zero


@dataclass(frozen=True, slots=True)
class Rule:
    """`role` holds `figure` of the loan on `side`; `accrual` is the role instead where income accrues."""

    role: str
    side: int
    figure: Callable[[LoanSnapshot], Decimal]
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


def targets(folded: LoanSnapshot, events: list[LoanEvent], recognition: str) -> dict[str, Decimal]:
    """What the books must hold for the loan: role to amount, debit above zero, adding up to zero."""
    if folded.disbursed_on is None:
        return {}
    wanted: dict[str, Decimal] = defaultdict(Decimal)
    shares = (
        *_figures(folded, recognition),
        *_brought(folded, recognition),
        *_money(folded, events),
        *_charged_off(folded, events),
    )
    for role, amount in shares:
        wanted[role] += amount
    return dict(wanted)


def _figures(folded: LoanSnapshot, recognition: str) -> Iterator[Share]:
    accrual = recognition == Policy.Recognition.ACCRUAL
    for rule in RULES:
        role = rule.accrual if accrual and rule.accrual else rule.role
        yield role, rule.side * rule.figure(folded)


def _brought(folded: LoanSnapshot, recognition: str) -> Iterator[Share]:
    """What came with a loan from another system stands in the opening entry of its product (`opening.py`)."""
    opening, before = folded.brought.opening, folded.brought.received
    yield "loans", -opening["principal"]
    yield "savings", opening["savings"]
    yield "overpayments", opening["overpaid"]
    yield "fee_income", folded.brought.fees
    accrual = recognition == Policy.Recognition.ACCRUAL
    for component, income in (("interest", "interest"), ("fees", "fee"), ("penalties", "penalty")):
        yield f"{component}_receivable" if accrual else f"{income}_income", before[component]


def _charged_off(folded: LoanSnapshot, events: list[LoanEvent]) -> list[Share]:
    """A loan charged off is no asset any more: its principal used the allowance; what is paid on it is recovered."""
    event = charge_off(events)
    if event is None:
        return []
    owed, recovered = folded.outstanding("principal"), paid_since(events, folded, event)
    return [("loans", -owed), ("allowance", owed + recovered), ("recoveries", -recovered)]


def _money(folded: LoanSnapshot, events: list[LoanEvent]) -> Iterator[Share]:
    """What moved through each channel, and what came as a credit without money."""
    reversed_ids = {event.reverses_id for event in events if event.type == EventType.REVERSAL}
    standing = [e for e in events if e.pk not in reversed_ids and not e.payload.get("taken_over")]
    yield from _paid_out(folded, [event for event in standing if event.type == EventType.DISBURSED])
    for event in standing:
        amount = event.amount or ZERO
        if event.type in COLLECTS:
            yield event.channel or "cash", COLLECTS[EventType(event.type)] * amount
        elif event.type == EventType.GOODWILL:
            yield "goodwill", amount


def _paid_out(folded: LoanSnapshot, tranches: list[LoanEvent]) -> Iterator[Share]:
    """What each tranche handed over.

    What it kept back is said with it; the last takes the rest, so that all adds up whatever was said.
    """
    left = kept_back(folded).total
    for event in tranches:
        amount = event.amount or ZERO
        kept = left if event is tranches[-1] else amount - Decimal(event.payload.get("net", amount))
        yield event.channel or "cash", kept - amount
        left -= kept
