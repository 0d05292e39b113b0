"""A loan's agreed terms, its charges and its events, read from the loan case form.

`parse_case` checks everything and collects every fault with its JSON path, so that a person mends a file in
one go. What the form allows and this engine does not compute yet is a fault of its own kind (`Unsupported`):
a refusal that names the setting, never a figure that ignores it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from datetime import date as Day
from decimal import Decimal, InvalidOperation
from typing import Any

from .calendar import Frequency
from .money import ROUNDING, Currency

Json = Mapping[str, Any]

ALLOCATIONS = (
    "penalty_fee_interest_principal",
    "due_penalty_fee_interest_principal__advance_principal_penalty_fee_interest",
    "due_penalty_interest_principal_fee__advance_penalty_interest_principal_fee",
)
PERIODS_A_YEAR = {"months": 12, "weeks": 52, "days": 365}
MOVEMENTS = ("repayment", "goodwill_credit", "merchant_issued_refund", "pay_off")
EVENT_TYPES = ("disbursement", *MOVEMENTS, "add_charge", "undo")
KNOWN_EVENT_TYPES = (
    *EVENT_TYPES,
    "waive_charge",
    "waive_interest",
    "refund",
    "write_off",
    "recovery",
    "reschedule",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a case: where, and what to do. `unsupported` marks a lawful setting not computed yet."""

    path: str
    problem: str
    unsupported: bool = False

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}"


class BadCase(ValueError):
    """A case that cannot be computed; `faults` names every reason."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults

    @property
    def unsupported(self) -> bool:
        """True when the case is well-formed and only asks for what is not computed yet."""
        return all(f.unsupported for f in self.faults)


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
    amortization: str = "equal_installments"
    repay_every: int = 1
    frequency: Frequency = "months"
    days_in_year: str = "actual"
    days_in_month: str = "actual"
    first_due_date: date | None = None
    schedule_counts_from: str = "disbursement"
    grace: Grace = field(default_factory=Grace)
    installment_multiple: Decimal | None = None
    fixed_principal_percent: Decimal | None = None
    rounding: str = "HALF_EVEN"
    allocation: str = ALLOCATIONS[0]
    charges: tuple[Charge, ...] = ()

    @property
    def annual_rate(self) -> Decimal:
        """The nominal rate as a fraction a year: 24 percent is 0.24."""
        return self.rate / 100 * (12 if self.rate_per == "month" else 1)

    @property
    def round_mode(self) -> str:
        return ROUNDING[self.rounding]


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


class _Reader:
    """Reads values out of JSON and collects a fault for each that is wrong, instead of stopping at the first."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fail(self, path: str, problem: str, *, unsupported: bool = False) -> None:
        self.faults.append(Fault(path, problem, unsupported))

    def value(self, source: Json, key: str, path: str, read: Callable[[Any], Any], wanted: str, default: Any) -> Any:
        raw = source.get(key)
        if raw is None:
            if default is ...:
                self.fail(f"{path}.{key}", f"is missing; give {wanted}")
            return None if default is ... else default
        try:
            return read(raw)
        except (ValueError, TypeError, InvalidOperation):
            self.fail(f"{path}.{key}", f"{raw!r} is not {wanted}")
            return None if default is ... else default

    def decimal(self, source: Json, key: str, path: str, default: Any = ..., least: Decimal | None = None) -> Any:
        found = self.value(source, key, path, _decimal, 'a decimal number as text, like "5000.00"', default)
        if isinstance(found, Decimal) and least is not None and found < least:
            self.fail(f"{path}.{key}", f"{found} is below {least}")
        return found

    def whole(self, source: Json, key: str, path: str, default: Any = ..., least: int = 0, most: int = 100_000) -> Any:
        found = self.value(source, key, path, _whole, "a whole number", default)
        if isinstance(found, int) and not least <= found <= most:
            self.fail(f"{path}.{key}", f"{found} is not between {least} and {most}")
        return found

    def day(self, source: Json, key: str, path: str, default: Any = ...) -> Any:
        return self.value(source, key, path, _day, "a date like 2026-01-31", default)

    def flag(self, source: Json, key: str, path: str, default: bool) -> Any:
        return self.value(source, key, path, _flag, "true or false", default)

    def choice(self, source: Json, key: str, path: str, choices: tuple[str, ...], default: Any = ...) -> Any:
        def read(raw: Any) -> str:
            if str(raw) not in choices:
                raise ValueError
            return str(raw)

        return self.value(source, key, path, read, f"one of {', '.join(choices)}", default)

    def mapping(self, source: Json, key: str, path: str) -> Json:
        raw = source.get(key)
        if raw is None or isinstance(raw, Mapping):
            return raw or {}
        self.fail(f"{path}.{key}", "is not an object")
        return {}


def _decimal(raw: Any) -> Decimal:
    if isinstance(raw, bool | float) or not isinstance(raw, str | int):
        raise ValueError
    found = Decimal(raw)
    if not found.is_finite() or abs(found) >= Decimal(10) ** 15:
        raise ValueError
    return found


def _whole(raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise ValueError
    return raw


def _day(raw: Any) -> date:
    return raw if isinstance(raw, date) else date.fromisoformat(str(raw))


def _flag(raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise ValueError
    return raw


def parse_terms(source: Json, path: str = "terms") -> Terms:
    """Terms from the loan case form.

    Raises:
        BadCase: naming every fault by its JSON path.
    """
    reader = _Reader()
    terms = _read_terms(reader, source, path)
    if reader.faults:
        raise BadCase(reader.faults)
    return terms


def parse_case(source: Any, path: str = "$") -> tuple[Terms, list[Event], date]:
    """Terms, events in booking order, and the date the state is asked for.

    Raises:
        BadCase: naming every fault by its JSON path.
    """
    reader = _Reader()
    if not isinstance(source, Mapping):
        raise BadCase([Fault(path, "is not an object")])
    if not isinstance(source.get("terms"), Mapping):
        raise BadCase([Fault(f"{path}.terms", "is missing; give the agreed terms as an object")])
    terms = _read_terms(reader, source["terms"], f"{path}.terms")
    raw_events = source.get("events") or []
    events: list[Event] = []
    if isinstance(raw_events, list):
        events = [_read_event(reader, raw, f"{path}.events[{i}]") for i, raw in enumerate(raw_events)]
    else:
        reader.fail(f"{path}.events", "is not a list")
    as_of = reader.day(source, "as_of", path, default=None)
    if as_of is None and not reader.faults:
        as_of = max([e.date for e in events], default=terms.submitted_on)
    if not reader.faults:
        _check_sequence(reader, terms, events, path)
    if reader.faults:
        raise BadCase(reader.faults)
    return terms, events, as_of


def _read_terms(reader: _Reader, source: Json, path: str) -> Terms:
    unit = reader.mapping(source, "currency", path)
    grace = reader.mapping(source, "grace", path)
    count = reader.whole(source, "installments", path, least=1, most=1200)
    terms = Terms(
        currency=Currency(
            code=str(unit.get("code", "LSL")),
            decimals=reader.whole(unit, "decimals", f"{path}.currency", 2, most=4),
            multiple=reader.whole(unit, "multiple", f"{path}.currency", 0),
        ),
        submitted_on=reader.day(source, "submitted_on", path),
        principal=reader.decimal(source, "principal", path, least=Decimal("0.01")),
        rate=reader.decimal(source, "rate", path, least=Decimal(0)),
        rate_per=reader.choice(source, "rate_per", path, ("year", "month"), "year"),
        interest_method=reader.choice(source, "interest_method", path, ("declining_balance", "flat")),
        interest_period=reader.choice(
            source, "interest_period", path, ("same_as_repayment", "daily"), "same_as_repayment"
        ),
        partial_period_interest=reader.flag(source, "partial_period_interest", path, True),
        amortization=reader.choice(
            source, "amortization", path, ("equal_installments", "equal_principal"), "equal_installments"
        ),
        installments=count,
        repay_every=reader.whole(source, "repay_every", path, 1, least=1, most=366),
        frequency=reader.choice(source, "frequency", path, ("days", "weeks", "months"), "months"),
        days_in_year=reader.choice(source, "days_in_year", path, ("actual", "360", "364", "365"), "actual"),
        days_in_month=reader.choice(source, "days_in_month", path, ("actual", "30"), "actual"),
        first_due_date=reader.day(source, "first_due_date", path, None),
        schedule_counts_from=reader.choice(
            source, "schedule_counts_from", path, ("disbursement", "submitted_on"), "disbursement"
        ),
        grace=Grace(
            **{
                key: reader.whole(grace, key, f"{path}.grace", 0, most=(count or 1) - (key == "principal"))
                for key in ("principal", "interest_payment", "interest_free")
            }
        ),
        installment_multiple=reader.decimal(source, "installment_multiple", path, None, least=Decimal("0.01")),
        fixed_principal_percent=reader.decimal(source, "fixed_principal_percent", path, None, least=Decimal(0)),
        rounding=reader.choice(source, "rounding", path, tuple(ROUNDING), "HALF_EVEN"),
        allocation=_read_allocation(reader, source, path),
        charges=tuple(
            _read_charge(reader, raw, f"{path}.charges[{i}]") for i, raw in enumerate(source.get("charges") or [])
        ),
    )
    _refuse_unsupported(reader, source, path)
    return terms


def _read_allocation(reader: _Reader, source: Json, path: str) -> str:
    if isinstance(source.get("allocation"), Mapping):
        reader.fail(f"{path}.allocation", "an advanced allocation is not computed yet", unsupported=True)
        return ALLOCATIONS[0]
    return str(reader.choice(source, "allocation", path, ALLOCATIONS, ALLOCATIONS[0]))


def _refuse_unsupported(reader: _Reader, source: Json, path: str) -> None:
    for key in ("down_payment_percent", "overdue_penalty", "recalculate_interest"):
        if source.get(key) not in (None, 0, "0"):
            reader.fail(f"{path}.{key}", "is not computed yet; leave it null", unsupported=True)
    kind = reader.choice(source, "schedule_type", path, ("cumulative", "progressive"), "cumulative")
    if kind == "progressive":
        reader.fail(f"{path}.schedule_type", "progressive schedules are not computed yet", unsupported=True)


def _read_charge(reader: _Reader, source: Any, path: str) -> Charge:
    if not isinstance(source, Mapping):
        reader.fail(path, "is not an object")
        source = {}
    timing = reader.choice(source, "timing", path, ("disbursement", "due_date", "each_installment"))
    return Charge(
        name=str(source.get("name", "charge")),
        kind=reader.choice(source, "kind", path, ("fee", "penalty")),
        timing=timing,
        calculation=reader.choice(source, "calculation", path, ("flat", "percent")),
        amount=reader.decimal(source, "amount", path, least=Decimal(0)),
        of=reader.choice(source, "of", path, ("principal", "principal_and_interest", "interest"), "principal"),
        due_date=reader.day(source, "due_date", path, ... if timing == "due_date" else None),
    )


def _read_event(reader: _Reader, source: Any, path: str) -> Event:
    if not isinstance(source, Mapping):
        reader.fail(path, "is not an object")
        source = {}
    kind = reader.choice(source, "type", path, KNOWN_EVENT_TYPES)
    if kind is not None and kind not in EVENT_TYPES:
        reader.fail(f"{path}.type", f"{kind} is not computed yet", unsupported=True)
    needs_amount = kind in ("disbursement", "repayment", "goodwill_credit", "merchant_issued_refund")
    return Event(
        seq=reader.whole(source, "seq", path, least=1),
        type=kind or "",
        date=reader.day(source, "date", path),
        booked_on=reader.day(source, "booked_on", path, None),
        amount=reader.decimal(source, "amount", path, ... if needs_amount else Decimal(0), Decimal(0)),
        charge=_read_charge(reader, source.get("charge"), f"{path}.charge") if kind == "add_charge" else None,
        undoes=reader.whole(source, "undoes", path, ... if kind == "undo" else None, least=1),
    )


def _check_sequence(reader: _Reader, terms: Terms, events: list[Event], path: str) -> None:
    known: set[int] = set()
    disbursed = 0
    for i, event in enumerate(events):
        where = f"{path}.events[{i}]"
        if event.seq in known:
            reader.fail(f"{where}.seq", f"{event.seq} stands twice")
        if event.type == "undo" and event.undoes not in known:
            reader.fail(f"{where}.undoes", f"no earlier event has seq {event.undoes}")
        known.add(event.seq)
        disbursed += event.type == "disbursement"
    undone = {e.undoes for e in events if e.type == "undo"}
    standing = [e for e in events if e.seq not in undone]
    if sum(e.type == "disbursement" for e in standing) > 1:
        reader.fail(f"{path}.events", "several disbursements are not computed yet", unsupported=True)
    if standing and not any(e.type == "disbursement" for e in standing) and any(e.type in MOVEMENTS for e in standing):
        reader.fail(f"{path}.events", "money is paid on a loan that was never disbursed")
    first = min((e.date for e in standing if e.type == "disbursement"), default=None)
    for i, event in enumerate(events):
        if first and event in standing and event.type in MOVEMENTS and event.date < first:
            reader.fail(f"{path}.events[{i}].date", f"{event.date} is before the disbursement on {first}")
    if terms.first_due_date and first and terms.first_due_date <= first:
        reader.fail(f"{path}.terms.first_due_date", f"is not after the disbursement on {first}")
