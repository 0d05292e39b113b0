"""What a fold gives: installments with what was paid on them, movements of money, totals and arrears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .money import ZERO
from .terms import Charge

COMPONENTS = ("penalties", "fees", "interest", "principal")


def nothing() -> dict[str, Decimal]:
    """Zero for every component."""
    return {"penalties": ZERO, "fees": ZERO, "interest": ZERO, "principal": ZERO}


def opening() -> dict[str, Decimal]:
    """Zero for everything that a loan may bring with it from another system."""
    return {**nothing(), "savings": ZERO, "overpaid": ZERO}


def total(amounts: dict[str, Decimal]) -> Decimal:
    """The sum over the components; written out, as a fold does this more often than anything else."""
    return amounts["penalties"] + amounts["fees"] + amounts["interest"] + amounts["principal"]


@dataclass(slots=True)
class Installment:
    """One installment while events are folded into it. `due` and `paid` hold an amount per component."""

    n: int
    start: date
    due_date: date
    balance: Decimal
    due: dict[str, Decimal]
    paid: dict[str, Decimal] = field(default_factory=nothing)
    paid_in_advance: Decimal = ZERO
    paid_late: Decimal = ZERO
    kind: str = "regular"  # regular | down_payment | additional
    brought: dict[str, Decimal] | None = None  # what of it stood already when the loan was taken on

    @property
    def days(self) -> int:
        return (self.due_date - self.start).days

    @property
    def total_due(self) -> Decimal:
        return total(self.due)

    @property
    def total_paid(self) -> Decimal:
        return total(self.paid)

    @property
    def outstanding(self) -> Decimal:
        return total(self.due) - total(self.paid)

    def left(self, component: str) -> Decimal:
        return self.due[component] - self.paid[component]

    def brought_of(self, component: str) -> Decimal:
        """What of it stood already when the loan was taken on from another system."""
        return self.brought[component] if self.brought else ZERO


@dataclass(slots=True)
class Transaction:
    """A movement of money with its split, and the principal outstanding after it."""

    seq: int
    date: date
    type: str
    amount: Decimal
    split: dict[str, Decimal] = field(default_factory=nothing)
    overpayment: Decimal = ZERO
    balance: Decimal = ZERO
    undone: bool = False
    # Which installments took it, by component; they are numbered anew as the schedule changes.
    parts: Sequence[tuple[Installment, str, Decimal]] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ChargeDue:
    """A charge as it came to be owed: on which installment, which component, on which day, how much."""

    installment: Installment
    component: str
    date: date
    amount: Decimal
    name: str = ""
    of: Charge | None = None  # the charge of each installment that it is one of


@dataclass(frozen=True, slots=True)
class Arrears:
    """What is overdue: days from the oldest unpaid due date (the due date itself is day 0), and how much."""

    days_past_due: int = 0
    oldest_due_date: date | None = None
    amounts: dict[str, Decimal] = field(default_factory=nothing)

    @property
    def total(self) -> Decimal:
        return total(self.amounts)


@dataclass(slots=True)
class Brought:
    """What a loan brought with it that was taken on from another system."""

    taken_on: date | None = None
    repaid: Decimal = ZERO  # principal, before it was taken on by its figures
    opening: dict[str, Decimal] = field(default_factory=opening)  # what stood on the books then
    received: dict[str, Decimal] = field(default_factory=nothing)  # by then, where its history came with it
    fees: Decimal = ZERO  # and what its pay-out kept back


@dataclass(slots=True)
class LoanSnapshot:
    """A loan as it stands on a date. Computed, never stored as the truth."""

    status: str  # submitted | active | closed | overpaid | written_off
    as_of: date
    disbursed_on: date | None
    disbursed: Decimal
    fees_at_disbursement: Decimal
    installments: list[Installment]
    transactions: list[Transaction]
    overpaid: Decimal
    closed_on: date | None
    settled_by: Decimal | None  # what settles the loan on the day, where it is not all that is outstanding
    charges: list[ChargeDue] = field(default_factory=list)
    written_off: dict[str, Decimal] = field(default_factory=nothing)
    waived: dict[str, Decimal] = field(default_factory=nothing)
    recovered: Decimal = ZERO
    savings: Decimal = ZERO  # held back at disbursement, given back with the last installment
    tranches: list[tuple[date, Decimal]] = field(default_factory=list)
    chargeable: Decimal | None = None  # what in duplum leaves for penalties; None where there is no such limit
    brought: Brought = field(default_factory=Brought)

    @property
    def taken_on(self) -> date | None:
        """The day on which it was taken on from another system; None of a loan that began here."""
        return self.brought.taken_on

    def due(self, component: str) -> Decimal:
        return sum((i.due[component] for i in self.installments), ZERO)

    def paid(self, component: str) -> Decimal:
        return sum((i.paid[component] for i in self.installments), ZERO)

    def outstanding(self, component: str) -> Decimal:
        return self.due(component) - self.paid(component)

    @property
    def total_due(self) -> Decimal:
        return sum((i.total_due for i in self.installments), ZERO)

    @property
    def total_paid(self) -> Decimal:
        return sum((i.total_paid for i in self.installments), ZERO)

    @property
    def total_outstanding(self) -> Decimal:
        return self.total_due - self.total_paid

    @property
    def payoff(self) -> Decimal:
        """What settles the loan on the day."""
        if self.disbursed_on is None:
            return ZERO
        return self.total_outstanding if self.settled_by is None else self.settled_by

    @property
    def arrears(self) -> Arrears:
        overdue = [i for i in self.installments if i.due_date < self.as_of and i.outstanding > 0]
        if not overdue or self.disbursed_on is None:
            return Arrears()
        oldest = min(i.due_date for i in overdue)
        amounts = {c: sum((i.left(c) for i in overdue), ZERO) for c in COMPONENTS}
        return Arrears((self.as_of - oldest).days, oldest, amounts)

    @property
    def next_due(self) -> Installment | None:
        """The oldest installment with anything outstanding."""
        return next((i for i in self.installments if i.outstanding > 0), None)
