"""What borrower and lender agreed, and what happened: the engine's input, in the form of a loan case.

`terms_parser.py` reads these from JSON by the types of their fields and checks them; nothing here is checked twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    Discriminator,
    Field,
    ModelWrapValidatorHandler,
    PlainValidator,
    Tag,
    ValidationInfo,
    field_validator,
    model_validator,
)

from .calendar import Frequency, WorkingDays
from .case_fields import (
    DIGITS_AS_TEXT,
    EMPTY_IS_NONE,
    CaseObject,
    Day,
    Flag,
    Number,
    Text,
    Whole,
    between,
    maximum,
    minimum,
    refused,
    refused_below,
)
from .money import ROUNDING, Currency, Rounding

NamedAllocation = Literal[
    "penalty_fee_interest_principal",
    "due_penalty_fee_interest_principal__advance_principal_penalty_fee_interest",
    "due_penalty_interest_principal_fee__advance_penalty_interest_principal_fee",
]
ALLOCATIONS: tuple[NamedAllocation, ...] = get_args(NamedAllocation)
PERIODS_A_YEAR = {"months": 12, "weeks": 52, "days": 365}
# Money that comes in and is spread over the installments.
Movement = Literal["repayment", "goodwill_credit", "merchant_issued_refund", "payout_refund", "pay_off"]
MOVEMENTS: tuple[Movement, ...] = get_args(Movement)
EventKind = Literal[
    "disbursement",
    "take_on",
    "cut_over",
    Movement,
    "add_charge",
    "waive_charge",
    "waive_interest",
    "undo",
    "refund",
    "write_off",
    "recovery",
    "reschedule",
]
BEGINS: tuple[EventKind, ...] = ("disbursement", "take_on")  # money was lent: here, or by another system
# What an event cannot be without, by its type.
NEEDED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "disbursement",
            "repayment",
            "goodwill_credit",
            "merchant_issued_refund",
            "payout_refund",
            "refund",
            "recovery",
            "waive_interest",
        ),
        ("amount",),
    ),
    "waive_charge": ("amount", "component"),
    "add_charge": ("charge",),
    "undo": ("undoes",),
    "reschedule": ("terms",),
    "take_on": ("take_on",),
}
DUE_TYPES = ("past_due", "due", "in_advance")
PAYS = {"penalty": "penalties", "fee": "fees", "interest": "interest", "principal": "principal"}
RESTRUCTURED = ("new_due_date", "extra_terms", "grace_principal", "new_interest_rate")


@dataclass(frozen=True, slots=True)
class Grace(CaseObject):
    """Installments without principal, with interest carried on, and bearing no interest at all."""

    principal: Whole = 0
    interest_payment: Whole = 0
    interest_free: Whole = 0


@dataclass(frozen=True, slots=True)
class Charge(CaseObject):
    """A fee or penalty: a flat amount, or a percentage of `of`."""

    kind: Literal["fee", "penalty"]
    timing: Literal["disbursement", "due_date", "each_installment"]
    calculation: Literal["flat", "percent"]
    amount: Annotated[Number, minimum("0")]
    of: Literal["principal", "principal_and_interest", "interest"] = "principal"
    due_date: Day | None = None
    name: Text = "charge"

    @classmethod
    def needs(cls, given: Mapping[str, Any]) -> tuple[str, ...]:
        """A charge that falls due on a date says which."""
        return ("due_date",) if given.get("timing") == "due_date" else ()


@dataclass(frozen=True, slots=True)
class OverduePenalty(CaseObject):
    """A penalty on each installment unpaid for more than `after_days`, dated `grace_days` after its due date."""

    percent: Annotated[Number, minimum("0"), maximum(1000)]
    of: Literal["principal", "principal_and_interest"] = "principal"
    after_days: Annotated[Whole, between(0, 3660)] = 0
    grace_days: Annotated[Whole, between(0, 3660)] = 0
    every: Literal["once", "month"] = "once"


@dataclass(frozen=True, slots=True)
class Recalculation(CaseObject):
    """Interest by what is really outstanding: earlier payment makes it less, later payment more."""

    rest: Literal["daily", "same_as_repayment"] = "daily"
    compounding: Literal["none", "interest"] = "none"
    payoff: Literal["to_the_day", "to_the_rest_date"] = "to_the_day"
    early_payment: Literal["reduce_installments", "reduce_amount", "next_installments", "last_unpaid"] = "last_unpaid"


def _read_step(raw: Any) -> tuple[str, str]:
    due_type, _, component = str(raw).partition(":")
    if due_type not in DUE_TYPES or component not in PAYS:
        raise refused(f"{raw!r} is not like past_due:penalty")
    return due_type, PAYS[component]


@dataclass(frozen=True, slots=True)
class Rule(CaseObject):
    """In which order one type of transaction pays: (past_due | due | in_advance, component), and what comes early."""

    order: Annotated[
        tuple[Annotated[tuple[str, str], PlainValidator(_read_step)], ...], Field(validate_default=True)
    ] = ()
    future: Literal["next", "last", "reamortization"] = "next"

    @field_validator("order")
    @classmethod
    def _complete(cls, order: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        if sorted(order) != sorted((due_type, component) for due_type in DUE_TYPES for component in PAYS.values()):
            raise refused("names each of past_due, due and in_advance with each component once")
        return order


RuleFor = Literal["default", "repayment", "down_payment", "goodwill_credit", "merchant_issued_refund", "payout_refund"]
RECEIVED_AS: dict[str, RuleFor] = {
    "repayment": "repayment",
    "goodwill_credit": "goodwill_credit",
    "merchant_issued_refund": "merchant_issued_refund",
    "payout_refund": "payout_refund",
    "pay_off": "repayment",
}


@dataclass(frozen=True, slots=True)
class AllocationRules(CaseObject):
    """Ordered rules per transaction type; `default` stands for those without their own."""

    processing: Literal["horizontal", "vertical"] = "horizontal"
    rules: Annotated[dict[RuleFor, Rule], Field(validate_default=True)] = field(default_factory=dict)

    @field_validator("rules")
    @classmethod
    def _has_default(cls, rules: dict[RuleFor, Rule]) -> dict[RuleFor, Rule]:
        if "default" not in rules:
            raise refused_below(rules, {"default": "is missing; give the order for all other transactions"})
        return rules

    def rule(self, transaction_type: RuleFor) -> Rule:
        return self.rules.get(transaction_type) or self.rules["default"]


NOT_NEGATIVE = minimum("0")

NAMED, OWN = "a named allocation", "rules of its own"  # how pydantic tells them apart; no part of a JSON path
Allocation = Annotated[
    Annotated[NamedAllocation, Tag(NAMED)] | Annotated[AllocationRules, Tag(OWN)],
    Discriminator(lambda raw: OWN if isinstance(raw, dict) else NAMED),
]


@dataclass(frozen=True, slots=True)
class Restructuring(CaseObject):
    """New terms from the installment due on `from_` onwards; one of the four is set."""

    from_: Day
    new_due_date: Day | None = None
    extra_terms: Annotated[Whole, between(0, 600)] = 0
    grace_principal: Annotated[Whole, between(0, 600)] = 0
    new_interest_rate: Annotated[Number, minimum("0")] | None = None

    @model_validator(mode="wrap")
    @classmethod
    def _changes_one_thing(cls, source: Any, read: ModelWrapValidatorHandler[Restructuring]) -> Restructuring:
        change = read(source)
        if isinstance(source, dict) and sum(source.get(key) is not None for key in RESTRUCTURED) != 1:
            raise refused(f"needs exactly one of {', '.join(RESTRUCTURED)}")
        return change


@dataclass(frozen=True, slots=True)
class TakeOn(CaseObject):
    """What another system knows of a loan that runs already, on the day on which it is taken on.

    `principal` is all that is outstanding, overdue or not. `accrued_interest` has accrued and is not due yet; None
    counts it by the terms. `arrears_since` is the oldest unpaid due date; what falls due before `next_due_date` and is
    not overdue was paid ahead. `installment`, as the borrower was told it, is kept where it repays the rest.
    """

    disbursed_on: Day
    principal: Annotated[Number, minimum("0.01")]
    overdue_principal: Annotated[Number, NOT_NEGATIVE] = Decimal(0)
    overdue_interest: Annotated[Number, NOT_NEGATIVE] = Decimal(0)
    fees: Annotated[Number, NOT_NEGATIVE] = Decimal(0)
    penalties: Annotated[Number, NOT_NEGATIVE] = Decimal(0)
    arrears_since: Day | None = None
    accrued_interest: Annotated[Number, NOT_NEGATIVE] | None = None
    installment: Annotated[Number, minimum("0.01")] | None = None
    next_due_date: Day | None = None
    matures_on: Day | None = None

    @property
    def overdue(self) -> Decimal:
        """Principal and interest that are past due."""
        return self.overdue_principal + self.overdue_interest


@dataclass(frozen=True)
class Terms(CaseObject):
    """What borrower and lender agreed. Rates are nominal percent per `rate_per`."""

    submitted_on: Day
    principal: Annotated[Number, minimum("0.01")]
    rate: Annotated[Number, minimum("0")]
    installments: Annotated[Whole, between(1, 1200)]
    interest_method: Literal["declining_balance", "flat"]
    currency: Currency = field(default_factory=Currency)
    rate_per: Literal["year", "month"] = "year"
    interest_period: Literal["same_as_repayment", "daily"] = "same_as_repayment"
    partial_period_interest: Flag = True
    amortization: Literal["equal_installments", "equal_principal", "bullet"] = "equal_installments"
    repay_every: Annotated[Whole, between(1, 366)] = 1
    frequency: Frequency = "months"
    days_in_year: Annotated[Literal["actual", "360", "364", "365"], DIGITS_AS_TEXT] = "actual"
    days_in_month: Annotated[Literal["actual", "30"], DIGITS_AS_TEXT] = "actual"
    first_due_date: Day | None = None
    due_day: Annotated[Whole, between(1, 31)] | None = None
    meets_from: Day | None = None  # a group's meetings: every repayment period from this day
    working_days: WorkingDays = field(default_factory=WorkingDays)
    schedule_counts_from: Literal["disbursement", "submitted_on"] = "disbursement"
    grace: Grace = field(default_factory=Grace)
    installment_multiple: Annotated[Number, minimum("0.01")] | None = None
    fixed_principal_percent: Annotated[Number, minimum("0"), maximum(100)] | None = None
    down_payment_percent: Annotated[Number, minimum("0"), maximum(99)] | None = None
    down_payment_auto: Flag = True
    rounding: Rounding = "HALF_EVEN"
    allocation: Allocation = ALLOCATIONS[0]
    charges: tuple[Charge, ...] = ()
    overdue_penalty: Annotated[OverduePenalty | None, EMPTY_IS_NONE] = None
    recalculate_interest: Annotated[Recalculation | None, EMPTY_IS_NONE] = None
    schedule_type: Literal["cumulative", "progressive"] = "cumulative"
    settlement_rebate: Literal["none", "rule_of_78", "actuarial"] = "none"
    in_duplum: Flag = False
    savings_percent: Annotated[Number, minimum("0"), maximum(90)] = Decimal(0)

    @field_validator("grace")
    @classmethod
    def _grace_within_the_term(cls, grace: Grace, info: ValidationInfo) -> Grace:
        """Each grace ends with the term at the latest; the last installment repays what is left of the principal."""
        count = info.data.get("installments")
        if count is None:  # wrong itself, which is said already
            return grace
        longest = {"principal": count - 1, "interest_payment": count, "interest_free": count}
        given = {key: getattr(grace, key) for key in longest}
        sentences = {k: f"{n} is not between 0 and {longest[k]}" for k, n in given.items() if not 0 <= n <= longest[k]}
        if sentences:
            raise refused_below(grace, sentences)
        return grace

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
        return self.recalculate_interest is not None or self.overdue_penalty is not None or self.in_duplum

    @property
    def dated_first(self) -> bool:
        """True when the first due date is given by something else than the pay-out: its period may be broken."""
        return bool(self.first_due_date or self.due_day or self.meets_from)

    @property
    def fixed_schedule(self) -> bool:
        """True when the installments depend on what is paid out and agreed, not on what is paid back."""
        return self.schedule_type == "cumulative" and self.recalculate_interest is None


@dataclass(frozen=True, slots=True)
class Event(CaseObject):
    """One booked fact. `seq` is the booking order; `date` the value date."""

    seq: Annotated[Whole, between(1, 100_000)]
    type: EventKind
    date: Day
    amount: Annotated[Number, minimum("0")] = Decimal(0)
    booked_on: Day | None = None
    charge: Charge | None = None
    undoes: Annotated[Whole, between(1, 100_000)] | None = None
    component: Literal["fees", "penalties"] | None = None  # of a waived charge
    installment: Annotated[Whole, between(1, 100_000)] | None = None  # the number of the one that a waiver is for
    terms: Restructuring | None = None
    take_on: TakeOn | None = None

    @classmethod
    def needs(cls, given: Mapping[str, Any]) -> tuple[str, ...]:
        """What an event cannot be without depends on its type."""
        return NEEDED.get(str(given.get("type")), ())
