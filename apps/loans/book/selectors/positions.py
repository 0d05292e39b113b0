"""The portfolio of a day, as it was known on another: from positions, and by folding the few loans they cannot tell of.

To be folded are loans whose interest is counted by the day while anything is open, those that no day end has brought as
far as the day, and those that were lent before there were positions and have not been made anew since.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Generic, TypeVar
from uuid import UUID

from apps.loans.book.models import Loan, Status
from apps.loans.book.queries import days
from apps.loans.book.queries.days import Age, LoanRow, Standing
from apps.loans.book.selectors.loans_as_of import BATCH, LoanAsOf, loans_as_of, loans_between

R = TypeVar("R")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class OfDay(Generic[R]):
    """What is told of a day, and how many loans had to be folded for it."""

    rows: list[R]
    folded: int


def ages_on(day: date, known_on: date | None = None) -> OfDay[Age]:
    """The running loans of a day by days past due; an age may stand there more than once."""
    told, moving = days.ages(day, known_on)
    keys = {*moving, *days.lacking(day)}
    folded = [loan for loan in loans_as_of(day, known_on, loans=keys) if loan.is_active] if keys else []
    return OfDay(told + [Age(loan.days_past_due, loan.principal, 1) for loan in folded], len(keys))


@dataclass(frozen=True, slots=True)
class RunningLoans:
    """The running loans of a day, or the first of them; how many they are, and what is outstanding and overdue."""

    rows: list[LoanRow]
    count: int
    principal: Decimal
    overdue: Decimal
    folded: int


def running_loans_on(day: date, known_on: date | None = None, *, most: int | None = None) -> RunningLoans:
    """The running loans of a day, of which `most` (all where None) are told, the longest past due first."""
    told = days.running_loans(day, known_on, most)
    keys = {*told.moving, *days.lacking(day)}
    others = [row_of(loan) for loan in loans_as_of(day, known_on, loans=keys) if loan.is_active] if keys else []
    return RunningLoans(
        rows=sorted([*told.rows, *others], key=lambda row: (-row.days_past_due, row.number))[:most],
        count=told.loans + len(others),
        principal=told.principal + sum((row.principal for row in others), ZERO),
        overdue=told.overdue + sum((row.overdue for row in others), ZERO),
        folded=len(keys),
    )


def row_of(then: LoanAsOf) -> LoanRow:
    """The line of a loan that was folded."""
    folded = then.folded
    assert folded.disbursed_on  # noqa: S101 - loans_as_of leaves out what was not paid out
    return LoanRow(
        id=then.loan.pk,
        number=then.loan.number,
        borrower=then.loan.borrower.full_name,
        product=then.loan.product.name,
        disbursed_on=folded.disbursed_on,
        principal=then.principal,
        interest=folded.outstanding("interest"),
        charges=folded.outstanding("fees") + folded.outstanding("penalties"),
        overdue=folded.arrears.total,
        days_past_due=then.days_past_due,
        restructured=then.restructured,
    )


def standings_on(day: date, *, loans: Collection[UUID] | None = None) -> Iterator[tuple[Loan, Standing]]:
    """Every loan (or each of `loans`) paid out by `day`, with where it stood by all that is known now; by key."""
    told = days.standings(day, None if loans is None else list(loans))
    lacking = {*days.lacking(day)}.intersection(loans) if loans is not None else {*days.lacking(day)}
    held = {standing.id: standing for standing in told if standing.holds}
    moving = sorted({standing.id for standing in told if not standing.holds} | lacking)
    for n in range(0, len(moving), BATCH):
        for then in loans_as_of(day, loans=moving[n : n + BATCH]):
            held[then.loan.pk] = standing_of(then)
    keys = sorted(held)
    of_all = Loan.objects.select_related("borrower__profile", "product")
    for n in range(0, len(keys), BATCH):
        found = of_all.in_bulk(keys[n : n + BATCH])
        yield from ((found[key], held[key]) for key in keys[n : n + BATCH])


def standing_of(then: LoanAsOf) -> Standing:
    """The same of a loan that was folded."""
    owed, charged_off = then.before_write_off(), then.folded.status == Status.ACTIVE and then.charged_off
    assert then.folded.disbursed_on  # noqa: S101 - loans_as_of leaves out what was not paid out
    return Standing(
        id=then.loan.pk,
        holds=True,
        status=Status.CHARGED_OFF.value if charged_off else then.folded.status,
        closed_on=then.folded.closed_on,
        disbursed_on=then.folded.disbursed_on,
        balance=owed.total_outstanding,
        overdue=owed.arrears.total,
        days_past_due=owed.arrears.days_past_due,
        largest=max((row.total_due for row in owed.installments), default=then.loan.principal),
    )


@dataclass(frozen=True, slots=True)
class OfPeriod:
    """A period's figures over the loans that positions tell of, and the others as they stood before and at its end."""

    told: days.Period
    others: list[tuple[LoanAsOf | None, LoanAsOf]]


def period(since: date, day: date, known_on: date | None = None) -> OfPeriod:
    """What is known of the days from `since` to `day`."""
    told = days.period(since, since - timedelta(days=1), day, known_on)
    keys = {*told.moving, *days.lacking(day)}
    return OfPeriod(told, list(loans_between(since, day, known_on, loans=keys)) if keys else [])
