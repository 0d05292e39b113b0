"""What borrower and lender agreed, and what happened: the engine's input as plain values.

`reading.py` makes these from the loan case form and checks them; nothing here is checked twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from datetime import date as Day
from decimal import Decimal
from functools import cached_property

from .calendar import Frequency, WorkingDays
from .money import ROUNDING, Currency

ALLOCATIONS = (
    "penalty_fee_interest_principal",
    "due_penalty_fee_interest_principal__advance_principal_penalty_fee_interest",
    "due_penalty_interest_principal_fee__advance_penalty_interest_principal_fee",
)
PERIODS_A_YEAR = {"months": 12, "weeks": 52, "days": 365}
# Money that comes in and is spread over the installments.
MOVEMENTS = ("repayment", "goodwill_credit", "merchant_issued_refund", "payout_refund", "pay_off")
EVENT_TYPES = (
    "disbursement",
    *MOVEMENTS,
    "add_charge",
    "waive_charge",
    "waive_interest",
    "undo",
    "refund",
    "write_off",
    "recovery",
    "reschedule",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a case: where, and what to do."""

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


class BadCase(ValueError):
    """A case that cannot be computed; `faults` names every reason."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Grace:
    """Installments without principal, with interest carried on, and bearing no interest at all."""

    principal: int = 0
    interest_payment: int = 0
    interest_free: int = 0


@dataclass(frozen=True, slots=True)
class Charge:
    """A fee or penalty: a flat amount, or a percentage of `of`."""

    name: str
    kind: str  # fee | penalty
    timing: str  # disbursement | due_date | each_installment
    calculation: str  # flat | percent
    amount: Decimal
    of: str = "principal"  # principal | principal_and_interest | interest
    due_date: date | None = None


@dataclass(frozen=True, slots=True)
class OverduePenalty:
    """A penalty on each installment unpaid for more than `after_days`, dated `grace_days` after its due date."""

    percent: Decimal
    of: str = "principal"  # principal | principal_and_interest
    after_days: int = 0
    grace_days: int = 0
    every: str = "once"  # once | month


@dataclass(frozen=True, slots=True)
class Recalculation:
    """Interest by what is really outstanding: earlier payment makes it less, later payment more."""

    rest: str = "daily"  # daily | same_as_repayment
    compounding: str = "none"  # none | interest
    payoff: str = "to_the_day"  # to_the_day | to_the_rest_date
    early_payment: str = "last_unpaid"  # reduce_installments | reduce_amount | next_installments | last_unpaid


@dataclass(frozen=True, slots=True)
class Rule:
    """In which order one type of transaction pays: (past_due | due | in_advance, component), and what comes early."""

    order: tuple[tuple[str, str], ...]
    future: str = "next"  # next | last | reamortization


@dataclass(frozen=True, slots=True)
class AdvancedAllocation:
    """Ordered rules per transaction type; `default` stands for those without their own."""

    processing: str  # horizontal | vertical
    rules: Mapping[str, Rule]

    def rule(self, transaction_type: str) -> Rule:
        return self.rules.get(transaction_type) or self.rules["default"]


@dataclass(frozen=True, slots=True)
class Reschedule:
    """New terms from the installment due on `start` onwards; one of the four is set."""

    start: date
    new_due_date: date | None = None
    extra_terms: int = 0
    grace_principal: int = 0
    new_interest_rate: Decimal | None = None


@dataclass(frozen=True)
class Terms:
    """What borrower and lender agreed. Rates are nominal percent per `rate_per`."""

    submitted_on: date
    principal: Decimal
    rate: Decimal
    installments: int
    currency: Currency = field(default_factory=Currency)
    rate_per: str = "year"
    interest_method: str = "declining_balance"
    interest_period: str = "same_as_repayment"
    partial_period_interest: bool = True
    amortization: str = "equal_installments"  # equal_installments | equal_principal | bullet
    repay_every: int = 1
    frequency: Frequency = "months"
    days_in_year: str = "actual"
    days_in_month: str = "actual"
    first_due_date: date | None = None
    due_day: int | None = None
    meets_from: date | None = None  # a group's meetings: every repayment period from this day
    working_days: WorkingDays = field(default_factory=WorkingDays)
    schedule_counts_from: str = "disbursement"
    grace: Grace = field(default_factory=Grace)
    installment_multiple: Decimal | None = None
    fixed_principal_percent: Decimal | None = None
    down_payment_percent: Decimal | None = None
    down_payment_auto: bool = True
    rounding: str = "HALF_EVEN"
    allocation: str | AdvancedAllocation = ALLOCATIONS[0]
    charges: tuple[Charge, ...] = ()
    overdue_penalty: OverduePenalty | None = None
    recalculate_interest: Recalculation | None = None
    schedule_type: str = "cumulative"  # cumulative | progressive
    settlement_rebate: str = "none"  # none | rule_of_78 | actuarial
    in_duplum: bool = False
    savings_percent: Decimal = Decimal(0)

    @cached_property
    def annual_rate(self) -> Decimal:
        """The nominal rate as a fraction a year: 24 percent is 0.24."""
        return self.rate / 100 * (12 if self.rate_per == "month" else 1)

    @cached_property
    def period_share(self) -> Decimal:
        """The part of a year that one installment's period is."""
        return Decimal(self.repay_every) / PERIODS_A_YEAR[self.frequency]

    @cached_property
    def round_mode(self) -> str:
        return ROUNDING[self.rounding]

    @property
    def moves_with_time(self) -> bool:
        """True when what is owed changes from day to day without an event."""
        return self.recalculate_interest is not None or self.overdue_penalty is not None

    @property
    def dated_first(self) -> bool:
        """True when the first due date is given by something else than the pay-out: its period may be broken."""
        return bool(self.first_due_date or self.due_day or self.meets_from)

    @property
    def fixed_schedule(self) -> bool:
        """True when the installments depend on what is paid out and agreed, not on what is paid back."""
        return self.schedule_type == "cumulative" and self.recalculate_interest is None


@dataclass(frozen=True, slots=True)
class Event:
    """One booked fact. `seq` is the booking order; `date` the value date."""

    seq: int
    type: str
    date: date
    amount: Decimal = Decimal(0)
    booked_on: Day | None = None
    charge: Charge | None = None
    undoes: int | None = None
    component: str | None = None  # fees | penalties, of a waived charge
    installment: int | None = None  # the number of the installment that a waiver is for
    terms: Reschedule | None = None
