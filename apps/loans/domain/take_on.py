"""What a file says of a running loan, against the terms it was agreed by: what contradicts them, and what is left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from .fixed_schedule import down_payment
from .installment_periods import InstallmentPeriod, build_installment_periods
from .money import ZERO
from .remaining import Amounts, Remaining, accrued, overdue_rows, spread_evenly
from .schedule import Plan
from .terms import TakeOn, Terms
from .violations import InvalidTerms, Violation


@dataclass(frozen=True, slots=True)
class _Agreed:
    """The installments' frame of a loan as it was agreed, seen from the day on which it is taken on."""

    periods: list[InstallmentPeriod]
    day: date
    next_due: date | None  # as told: what falls due between the day and it was paid ahead

    @classmethod
    def of(cls, terms: Terms, taken: TakeOn, day: date) -> _Agreed:
        periods = build_installment_periods(terms, taken.disbursed_on)
        if terms.interest_method == "flat":
            spread_evenly(periods, terms.grace.interest_free)
        return cls(periods, day, None if taken.arrears_since else taken.next_due_date)

    @property
    def due_dates(self) -> list[date]:
        return [period.due_date for period in self.periods]

    @property
    def last(self) -> date:
        return self.periods[-1].due_date

    @property
    def matured(self) -> bool:
        return self.last < self.day

    @property
    def goes_on(self) -> int:
        """The index of the first installment due on the day or later that is not paid; of the last where none is."""
        coming = [k for k, period in enumerate(self.periods) if period.due_date >= self.day]
        told = (k for k in coming if self.periods[k].due_date == self.next_due)
        return next(told, coming[0] if coming else len(self.periods) - 1)


@dataclass(frozen=True, eq=False, slots=True)
class _Same:
    """Terms by which object they are: their fields may be many, and some cannot be hashed."""

    terms: Terms

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.terms is self.terms

    def __hash__(self) -> int:
        return id(self.terms)


def remaining_of(terms: Terms, day: date, taken: TakeOn, path: str = "take_on") -> Remaining:
    """What is left of the loan on `day`. Worked out once while a booking folds it several times.

    Raises:
        InvalidTerms: what is said of it contradicts itself or the terms, each violation by its field.
    """
    return _remaining(_Same(terms), day, taken, path)


@lru_cache(maxsize=512)
def _remaining(of: _Same, day: date, taken: TakeOn, path: str) -> Remaining:
    terms = of.terms
    agreed = _Agreed.of(terms, taken, day)
    if said := [Violation(f"{path}.{field}", problem) for field, problem in _contradictions(terms, taken, agreed)]:
        raise InvalidTerms(said)
    late = _overdue(terms, taken, agreed)
    brought = _brought(terms, taken, agreed)
    if agreed.matured and late and late[-1][1] == agreed.last:
        *late, (_, _, (_, brought)) = late
    remaining = Remaining(
        agreed=terms,
        day=day,
        disbursed_on=taken.disbursed_on,
        goes_on=agreed.goes_on,
        matured=agreed.matured,
        overdue=tuple(late),
        outstanding=taken.principal,
        brought=brought,
        installment=taken.installment,
    )
    return remaining if _fits(terms, remaining) else replace(remaining, installment=None)


def _overdue(terms: Terms, taken: TakeOn, agreed: _Agreed) -> list[tuple[date, date, Amounts]]:
    if taken.arrears_since is None:
        return []
    return overdue_rows(agreed.periods, taken.arrears_since, agreed.day, taken, _as_agreed(terms, taken))


def _as_agreed(terms: Terms, taken: TakeOn) -> Sequence[Amounts]:
    """Principal and interest of each installment as it was agreed."""
    plan = Plan(terms)
    plan.lend(taken.disbursed_on, terms.principal - down_payment(terms, terms.principal))
    return [(row.principal, row.interest) for row in plan.rows]


def _brought(terms: Terms, taken: TakeOn, agreed: _Agreed) -> Decimal:
    """Interest that has accrued and is not due yet: as told, or by the terms."""
    if agreed.matured:
        return ZERO
    if taken.accrued_interest is not None:
        return taken.accrued_interest
    period = agreed.periods[agreed.goes_on]
    if agreed.goes_on < terms.grace.interest_free:
        return ZERO
    return accrued(terms, period, period.share, agreed.day, taken)


def _fits(terms: Terms, remaining: Remaining) -> bool:
    """Whether the rest can be repaid by the installment that was told: each period has its part, the last not many."""
    told = remaining.installment
    if told is None:
        return True
    if terms.amortization != "equal_installments" or terms.fixed_principal_percent or remaining.matured:
        return False
    plan = Plan(terms)
    plan.take_on(remaining)
    last = plan.rows[-1]
    return len(plan.rows) == len(remaining.periods()) and last.principal > ZERO and last.principal <= 2 * told


def _contradictions(terms: Terms, taken: TakeOn, agreed: _Agreed) -> Iterator[tuple[str, str]]:
    """What cannot be, by the field that says it."""
    day = agreed.day
    if taken.disbursed_on > day:
        yield "disbursed_on", f"{taken.disbursed_on} is after {day}, when the loan is taken on"
    if taken.principal > terms.principal:
        yield "principal", f"{taken.principal} outstanding is more than the {terms.principal} that was lent"
    if taken.overdue_principal > taken.principal:
        yield "overdue_principal", f"{taken.overdue_principal} overdue is more than the {taken.principal} outstanding"
    yield from _arrears(taken, agreed)
    yield from _dates(taken, agreed)
    yield from _matured(taken, agreed) if agreed.matured else _running(taken, agreed)


def _arrears(taken: TakeOn, agreed: _Agreed) -> Iterator[tuple[str, str]]:
    since, day = taken.arrears_since, agreed.day
    if since is None:
        if taken.overdue:
            yield "arrears_since", f"is missing; {taken.overdue} is overdue, say since which due date"
        return
    if not (taken.overdue or taken.fees or taken.penalties):
        yield "arrears_since", f"is {since}, though nothing is overdue"
    if since >= day:
        yield "arrears_since", f"{since} is not before {day}, when the loan is taken on"
    elif since not in agreed.due_dates:
        yield "arrears_since", f"nothing falls due on {since}; the nearest due date is {_nearest(since, agreed)}"


def _dates(taken: TakeOn, agreed: _Agreed) -> Iterator[tuple[str, str]]:
    """Dates that the file tells, against those of the terms."""
    coming = agreed.periods[agreed.goes_on].due_date
    if taken.next_due_date and agreed.matured:
        yield "next_due_date", f"nothing falls due after {agreed.last}, the last due date by the terms"
    elif taken.next_due_date and taken.next_due_date != coming:
        yield "next_due_date", f"is {taken.next_due_date}; by the terms the next due date is {coming}"
    if taken.matures_on and taken.matures_on != agreed.last:
        count = len(agreed.periods)
        yield "matures_on", f"is {taken.matures_on}; by the terms the last of {count} installments is due {agreed.last}"


def _matured(taken: TakeOn, agreed: _Agreed) -> Iterator[tuple[str, str]]:
    """Past the last due date all that is outstanding is overdue."""
    if taken.overdue_principal < taken.principal:
        problem = (
            f"is {taken.overdue_principal}; all fell due by {agreed.last}, so that all {taken.principal} is overdue"
        )
        yield "overdue_principal", problem
    if taken.accrued_interest:
        yield "accrued_interest", f"nothing falls due after {agreed.last}; add it to the interest that is overdue"


def _running(taken: TakeOn, agreed: _Agreed) -> Iterator[tuple[str, str]]:
    """What falls due later has something to repay."""
    if taken.overdue_principal and taken.overdue_principal == taken.principal:
        problem = f"is all that is outstanding, though installments fall due until {agreed.last}"
        yield "overdue_principal", problem


def _nearest(day: date, agreed: _Agreed) -> date:
    return min(agreed.due_dates, key=lambda due: (abs((due - day).days), due))
