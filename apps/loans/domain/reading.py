"""Reads terms and events from the loan case form.

Every fault is collected with its JSON path, so that a person mends a file in one go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from .calendar import WorkingDays
from .money import ROUNDING, Currency
from .sequence import check_sequence
from .terms import (
    ALLOCATIONS,
    EVENT_TYPES,
    AdvancedAllocation,
    BadCase,
    Charge,
    Event,
    Fault,
    Grace,
    OverduePenalty,
    Recalculation,
    Reschedule,
    Rule,
    Terms,
)

Json = Mapping[str, Any]

DUE_TYPES = ("past_due", "due", "in_advance")
PAYS = {"penalty": "penalties", "fee": "fees", "interest": "interest", "principal": "principal"}
FUTURES = ("next", "last", "reamortization")
ONE_OF_RESCHEDULE = ("new_due_date", "extra_terms", "grace_principal", "new_interest_rate")
AMOUNT_NEEDED = (
    "disbursement",
    "repayment",
    "goodwill_credit",
    "merchant_issued_refund",
    "payout_refund",
    "refund",
    "recovery",
    "waive_charge",
    "waive_interest",
)


class Reader:
    """Reads values out of JSON and collects a fault for each that is wrong, instead of stopping at the first."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fail(self, path: str, problem: str) -> None:
        self.faults.append(Fault(path, problem))

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

    def decimal(
        self,
        source: Json,
        key: str,
        path: str,
        default: Any = ...,
        least: Decimal | None = None,
        most: int | None = None,
    ) -> Any:
        found = self.value(source, key, path, _decimal, 'a decimal number as text, like "5000.00"', default)
        if isinstance(found, Decimal) and least is not None and found < least:
            self.fail(f"{path}.{key}", f"{found} is below {least}")
        if isinstance(found, Decimal) and most is not None and found > most:
            self.fail(f"{path}.{key}", f"{found} is above {most}")
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

    def items(self, source: Json, key: str, path: str) -> list[Any]:
        raw = source.get(key)
        if raw is None or isinstance(raw, list):
            return raw or []
        self.fail(f"{path}.{key}", "is not a list")
        return []


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
    reader = Reader()
    terms = _read_terms(reader, source, path)
    if reader.faults:
        raise BadCase(reader.faults)
    return terms


def parse_charge(source: Any, path: str = "charge") -> Charge:
    """A charge from the loan case form.

    Raises:
        BadCase: naming every fault.
    """
    reader = Reader()
    charge = read_charge(reader, source, path)
    if reader.faults:
        raise BadCase(reader.faults)
    return charge


def parse_reschedule(source: Any, path: str = "terms") -> Reschedule:
    """Rescheduled terms from the loan case form.

    Raises:
        BadCase: naming every fault.
    """
    reader = Reader()
    change = read_reschedule(reader, source, path)
    if reader.faults:
        raise BadCase(reader.faults)
    return change


def parse_case(source: Any, path: str = "$") -> tuple[Terms, list[Event], date]:
    """Terms, events in booking order, and the date the state is asked for.

    Raises:
        BadCase: naming every fault by its JSON path.
    """
    reader = Reader()
    if not isinstance(source, Mapping):
        raise BadCase([Fault(path, "is not an object")])
    if not isinstance(source.get("terms"), Mapping):
        raise BadCase([Fault(f"{path}.terms", "is missing; give the agreed terms as an object")])
    terms = _read_terms(reader, source["terms"], f"{path}.terms")
    raw_events = reader.items(source, "events", path)
    events = [read_event(reader, raw, f"{path}.events[{i}]") for i, raw in enumerate(raw_events)]
    as_of = reader.day(source, "as_of", path, default=None)
    if as_of is None and not reader.faults:
        as_of = max([e.date for e in events], default=terms.submitted_on)
    if not reader.faults:
        reader.faults.extend(check_sequence(terms, events, path))
    if reader.faults:
        raise BadCase(reader.faults)
    return terms, events, as_of


def _read_terms(reader: Reader, source: Json, path: str) -> Terms:
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
            source, "amortization", path, ("equal_installments", "equal_principal", "bullet"), "equal_installments"
        ),
        installments=count,
        repay_every=reader.whole(source, "repay_every", path, 1, least=1, most=366),
        frequency=reader.choice(source, "frequency", path, ("days", "weeks", "months"), "months"),
        days_in_year=reader.choice(source, "days_in_year", path, ("actual", "360", "364", "365"), "actual"),
        days_in_month=reader.choice(source, "days_in_month", path, ("actual", "30"), "actual"),
        first_due_date=reader.day(source, "first_due_date", path, None),
        due_day=reader.whole(source, "due_day", path, None, least=1, most=31),
        meets_from=reader.day(source, "meets_from", path, None),
        working_days=_read_working_days(reader, source, path),
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
        fixed_principal_percent=reader.decimal(
            source, "fixed_principal_percent", path, None, least=Decimal(0), most=100
        ),
        down_payment_percent=reader.decimal(source, "down_payment_percent", path, None, least=Decimal(0), most=99),
        down_payment_auto=reader.flag(source, "down_payment_auto", path, True),
        rounding=reader.choice(source, "rounding", path, tuple(ROUNDING), "HALF_EVEN"),
        allocation=_read_allocation(reader, source, path),
        charges=tuple(
            read_charge(reader, raw, f"{path}.charges[{i}]")
            for i, raw in enumerate(reader.items(source, "charges", path))
        ),
        overdue_penalty=_read_overdue_penalty(reader, source, path),
        recalculate_interest=_read_recalculation(reader, source, path),
        schedule_type=reader.choice(source, "schedule_type", path, ("cumulative", "progressive"), "cumulative"),
        settlement_rebate=reader.choice(source, "settlement_rebate", path, ("none", "rule_of_78", "actuarial"), "none"),
        in_duplum=reader.flag(source, "in_duplum", path, False),
        savings_percent=reader.decimal(source, "savings_percent", path, Decimal(0), least=Decimal(0), most=90),
    )
    if not reader.faults:
        _check_together(reader, terms, path)
    return terms


def _check_together(reader: Reader, terms: Terms, path: str) -> None:
    """Settings that are lawful one by one and mean nothing together."""
    if terms.recalculate_interest and terms.interest_method == "flat" and terms.rate:
        reader.fail(f"{path}.recalculate_interest", "flat interest is not recalculated; use declining_balance or null")
    if terms.due_day and terms.frequency != "months":
        reader.fail(f"{path}.due_day", "needs a frequency of months")
    if terms.meets_from and (terms.due_day or terms.first_due_date):
        reader.fail(f"{path}.meets_from", "and due_day or first_due_date exclude each other; give one")
    if terms.due_day and terms.first_due_date:
        reader.fail(f"{path}.due_day", "and first_due_date exclude each other; give one")
    if terms.settlement_rebate != "none" and not terms.fixed_schedule:
        reader.fail(f"{path}.settlement_rebate", "needs a cumulative schedule without interest recalculation")


def _read_working_days(reader: Reader, source: Json, path: str) -> WorkingDays:
    found = reader.mapping(source, "working_days", path)
    where = f"{path}.working_days"
    weekend = reader.items(found, "weekend", where)
    if any(_is_no(day, range(1, 8)) for day in weekend) or len(set(map(str, weekend))) > 6:
        reader.fail(f"{where}.weekend", "lists days of the week, 1 (Monday) to 7 (Sunday), at most six")
        weekend = []
    holidays = [
        reader.day({"d": raw}, "d", f"{where}.holidays[{i}]")
        for i, raw in enumerate(reader.items(found, "holidays", where))
    ]
    return WorkingDays(
        rule=reader.choice(found, "rule", where, ("keep", "next", "previous"), "keep"),
        weekend=frozenset(weekend),
        holidays=frozenset(d for d in holidays if d),
    )


def _is_no(raw: Any, allowed: range) -> bool:
    return isinstance(raw, bool) or not isinstance(raw, int) or raw not in allowed


def _read_allocation(reader: Reader, source: Json, path: str) -> str | AdvancedAllocation:
    found = source.get("allocation")
    if not isinstance(found, Mapping):
        return str(reader.choice(source, "allocation", path, ALLOCATIONS, ALLOCATIONS[0]))
    where = f"{path}.allocation"
    processing = reader.choice(found, "processing", where, ("horizontal", "vertical"), "horizontal")
    rules = {
        str(kind): _read_rule(reader, raw, f"{where}.rules.{kind}")
        for kind, raw in reader.mapping(found, "rules", where).items()
    }
    if "default" not in rules:
        reader.fail(f"{where}.rules.default", "is missing; give the order for all other transactions")
    return AdvancedAllocation(processing, rules)


def _read_rule(reader: Reader, source: Any, path: str) -> Rule:
    if not isinstance(source, Mapping):
        reader.fail(path, "is not an object")
        return Rule(())
    order: list[tuple[str, str]] = []
    for i, raw in enumerate(reader.items(source, "order", path)):
        due_type, _, component = str(raw).partition(":")
        if due_type not in DUE_TYPES or component not in PAYS:
            reader.fail(f"{path}.order[{i}]", f"{raw!r} is not like past_due:penalty")
        else:
            order.append((due_type, PAYS[component]))
    if not reader.faults and sorted(order) != sorted((d, c) for d in DUE_TYPES for c in PAYS.values()):
        reader.fail(f"{path}.order", "names each of past_due, due and in_advance with each component once")
    return Rule(tuple(order), reader.choice(source, "future", path, FUTURES, "next"))


def _read_overdue_penalty(reader: Reader, source: Json, path: str) -> OverduePenalty | None:
    found = reader.mapping(source, "overdue_penalty", path)
    if not found:
        return None
    where = f"{path}.overdue_penalty"
    return OverduePenalty(
        percent=reader.decimal(found, "percent", where, least=Decimal(0), most=1000),
        of=reader.choice(found, "of", where, ("principal", "principal_and_interest"), "principal"),
        after_days=reader.whole(found, "after_days", where, 0, most=3660),
        grace_days=reader.whole(found, "grace_days", where, 0, most=3660),
        every=reader.choice(found, "every", where, ("once", "month"), "once"),
    )


def _read_recalculation(reader: Reader, source: Json, path: str) -> Recalculation | None:
    found = reader.mapping(source, "recalculate_interest", path)
    if not found:
        return None
    where = f"{path}.recalculate_interest"
    early = ("reduce_installments", "reduce_amount", "next_installments", "last_unpaid")
    return Recalculation(
        rest=reader.choice(found, "rest", where, ("daily", "same_as_repayment"), "daily"),
        compounding=reader.choice(found, "compounding", where, ("none", "interest"), "none"),
        payoff=reader.choice(found, "payoff", where, ("to_the_day", "to_the_rest_date"), "to_the_day"),
        early_payment=reader.choice(found, "early_payment", where, early, "last_unpaid"),
    )


def read_charge(reader: Reader, source: Any, path: str) -> Charge:
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


def read_event(reader: Reader, source: Any, path: str) -> Event:
    if not isinstance(source, Mapping):
        reader.fail(path, "is not an object")
        source = {}
    kind = reader.choice(source, "type", path, EVENT_TYPES)
    return Event(
        seq=reader.whole(source, "seq", path, least=1),
        type=kind or "",
        date=reader.day(source, "date", path),
        booked_on=reader.day(source, "booked_on", path, None),
        amount=reader.decimal(source, "amount", path, ... if kind in AMOUNT_NEEDED else Decimal(0), Decimal(0)),
        charge=read_charge(reader, source.get("charge"), f"{path}.charge") if kind == "add_charge" else None,
        undoes=reader.whole(source, "undoes", path, ... if kind == "undo" else None, least=1),
        component=reader.choice(
            source, "component", path, ("fees", "penalties"), ... if kind == "waive_charge" else None
        ),
        installment=reader.whole(source, "installment", path, None, least=1),
        terms=read_reschedule(reader, source.get("terms"), f"{path}.terms") if kind == "reschedule" else None,
    )


def read_reschedule(reader: Reader, source: Any, path: str) -> Reschedule:
    if not isinstance(source, Mapping):
        reader.fail(path, "is missing; give what is rescheduled as an object")
        source = {}
    given = [key for key in ONE_OF_RESCHEDULE if source.get(key) is not None]
    if len(given) != 1:
        reader.fail(path, f"needs exactly one of {', '.join(ONE_OF_RESCHEDULE)}")
    return Reschedule(
        start=reader.day(source, "from", path),
        new_due_date=reader.day(source, "new_due_date", path, None),
        extra_terms=reader.whole(source, "extra_terms", path, 0, most=600),
        grace_principal=reader.whole(source, "grace_principal", path, 0, most=600),
        new_interest_rate=reader.decimal(source, "new_interest_rate", path, None, least=Decimal(0)),
    )
