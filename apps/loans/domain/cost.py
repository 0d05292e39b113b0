"""What a loan gives and takes: the one computation behind key facts, quotes, product lists, loans and messages.

Three sums are kept apart: what is kept back when the loan is paid out, what is paid back by the schedule, and what the
loan costs, which is interest and all fees, kept back or paid.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from .money import ZERO, Currency
from .rates import apr, eir
from .snapshot import Installment, LoanSnapshot
from .terms import Terms


@dataclass(frozen=True, slots=True)
class KeptBack:
    """What is held back of a pay-out: the lender's fees, savings (given back at the end), a down payment at once."""

    fee: Decimal = ZERO
    savings: Decimal = ZERO
    down_payment: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.fee + self.savings + self.down_payment

    def __sub__(self, other: KeptBack) -> KeptBack:
        return KeptBack(self.fee - other.fee, self.savings - other.savings, self.down_payment - other.down_payment)


@dataclass(frozen=True, slots=True)
class Payments:
    """Installments of one amount that follow one another: 9 of 104.81, say."""

    count: int
    amount: Decimal
    first_due: date
    last_due: date


@dataclass(frozen=True, slots=True)
class Cost:
    """A loan's cost by one schedule; amounts in the currency's units, rates percent a year (None: there is none)."""

    principal: Decimal
    kept: KeptBack
    interest: Decimal
    other_fees: Decimal  # paid with the installments, penalties that are agreed from the start among them
    total: Decimal  # what is paid back: the sum of the schedule, a down payment included
    payments: tuple[Payments, ...]  # the installments; a down payment that is kept back is none of them
    apr: Decimal | None
    eir: Decimal | None

    @property
    def net(self) -> Decimal:
        """What is handed over."""
        return self.principal - self.kept.total

    @property
    def cost(self) -> Decimal:
        """All that the loan costs beyond the principal."""
        return self.interest + self.other_fees + self.kept.fee

    @property
    def installments(self) -> int:
        return sum(run.count for run in self.payments)


def kept_back(snapshot: LoanSnapshot) -> KeptBack:
    """What was held back of all that `snapshot` has paid out so far; nothing before the pay-out."""
    if snapshot.disbursed_on is None:
        return KeptBack()
    down = sum((t.amount for t in snapshot.transactions if t.type == "down_payment" and not t.undone), ZERO)
    return KeptBack(snapshot.fees_at_disbursement, snapshot.savings, down)


def cost_of_credit(terms: Terms, agreed: LoanSnapshot) -> Cost:
    """The cost of the loan whose schedule at the pay-out is `agreed`: as `fold.quote` gives it, nothing paid since.

    APR and EIR are those of `rates`; what happens to a loan later changes neither its agreed schedule nor these.
    """
    kept = kept_back(agreed)
    return Cost(
        principal=agreed.disbursed,
        kept=kept,
        interest=agreed.due("interest"),
        other_fees=agreed.due("fees") + agreed.due("penalties"),
        total=agreed.total_due,
        payments=_payments(agreed.installments, with_down_payments=not kept.down_payment),
        apr=apr(terms, agreed),
        eir=eir(terms, agreed),
    )


def _payments(rows: list[Installment], *, with_down_payments: bool) -> tuple[Payments, ...]:
    counted = [row for row in rows if with_down_payments or row.kind != "down_payment"]
    runs = (list(run) for _, run in groupby(counted, key=lambda row: row.total_due))
    return tuple(Payments(len(run), run[0].total_due, run[0].due_date, run[-1].due_date) for run in runs)


def cost_json(cost: Cost, currency: Currency) -> dict[str, Any]:
    """A cost as JSON values: amounts as decimal strings, dates as ISO 8601, rates as text or null."""
    text = currency.text
    return {
        "principal": text(cost.principal),
        "net": text(cost.net),
        "fee": text(cost.kept.fee),
        "savings": text(cost.kept.savings),
        "down_payment": text(cost.kept.down_payment),
        "interest": text(cost.interest),
        "other_fees": text(cost.other_fees),
        "total": text(cost.total),
        "cost": text(cost.cost),
        "apr": None if cost.apr is None else f"{cost.apr:f}",
        "eir": None if cost.eir is None else f"{cost.eir:f}",
        "installments": cost.installments,
        "installment": text(cost.payments[0].amount if cost.payments else ZERO),
        "payments": [payments_json(run, currency) for run in cost.payments],
    }


def payments_json(run: Payments, currency: Currency) -> dict[str, Any]:
    """Equal installments in a row as JSON values."""
    return {
        "count": run.count,
        "amount": currency.text(run.amount),
        "first_due": run.first_due.isoformat(),
        "last_due": run.last_due.isoformat(),
    }
