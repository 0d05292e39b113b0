"""A loan that another system paid out and counted until a day: what of the agreed schedule is to come from then on.

The agreed terms say when its installments fall due. Those before the day hold what is overdue and nothing else; the
others repay the rest of the principal by the terms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import dropwhile

from .installment_periods import InstallmentPeriod, build_installment_periods
from .money import ZERO
from .snapshot import Installment, nothing
from .terms import Restructuring, TakeOn, Terms

Amounts = tuple[Decimal, Decimal]  # principal and interest


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left of a loan on the day on which it is taken on.

    `goes_on` is the index of the first agreed installment that is planned anew: the first due on the day or later, or
    the last of all where none is (`matured`), which then holds its part of what is overdue.
    """

    agreed: Terms
    day: date
    disbursed_on: date
    goes_on: int
    matured: bool
    overdue: tuple[tuple[date, date, Amounts], ...]  # start, due date and amounts of those before it
    outstanding: Decimal  # principal, all of it
    brought: Decimal  # interest that had accrued and is due with the installment at `goes_on`
    installment: Decimal | None

    @property
    def terms(self) -> Terms:
        """The agreed terms with what is left of each grace."""
        grace, passed = self.agreed.grace, self.goes_on
        left = replace(
            grace,
            principal=max(grace.principal - passed, 0),
            interest_payment=max(grace.interest_payment - passed, 0),
            interest_free=max(grace.interest_free - passed, 0),
        )
        return self.agreed if left == grace else replace(self.agreed, grace=left)

    @property
    def principal(self) -> Decimal:
        """What the installments from `goes_on` on repay."""
        return self.outstanding - self.overdue_principal

    @property
    def overdue_principal(self) -> Decimal:
        return sum((principal for _, _, (principal, _) in self.overdue), ZERO)

    @property
    def overdue_interest(self) -> Decimal:
        return sum((interest for _, _, (_, interest) in self.overdue), ZERO)

    @property
    def first_number(self) -> int:
        """The number of the oldest installment that stands; those to come keep the numbers they were agreed with."""
        return self.goes_on - len(self.overdue) + 1

    def overdue_installments(self) -> list[Installment]:
        """Those that fell due before the day and before `goes_on`, with what is unpaid of them."""
        return [
            Installment(0, start, due, ZERO, {**nothing(), "principal": principal, "interest": interest})
            for start, due, (principal, interest) in self.overdue
        ]

    def periods(self, steps: Sequence[Restructuring | date] = ()) -> list[InstallmentPeriod]:
        """The periods of the installments from `goes_on` on: the first begins on the day and bears interest from it."""
        periods = build_installment_periods(self.agreed, self.disbursed_on, steps)
        if self.agreed.interest_method == "flat":
            spread_evenly(periods, self.agreed.grace.interest_free)
        to_come = periods[self.goes_on :]
        for period in to_come:
            period.since = max(period.since - self.goes_on, 0)
        first = to_come[0]
        first.brought, first.level = self.brought, self.installment
        if self.matured:
            first.share = ZERO
        elif first.days and first.start < self.day:
            first.share *= Decimal((first.due_date - self.day).days) / first.days
            first.start = self.day
        return to_come


def spread_evenly(periods: list[InstallmentPeriod], free: int) -> None:
    """Flat interest is spread evenly over the installments that bear it, also where it is counted by days."""
    bearing = periods[free:]
    whole = sum((period.share for period in bearing), ZERO)
    for period in bearing:
        period.share = whole / len(bearing)


def spread_overdue(amount: Decimal, agreed: Sequence[Decimal]) -> list[Decimal]:
    """`amount` over installments, the oldest first in the amounts agreed; what is more than all lies on the oldest."""
    parts, left = [], amount
    for most in agreed:
        parts.append(min(left, most))
        left -= parts[-1]
    if parts:
        parts[0] += left
    return parts


def overdue_rows(
    periods: Sequence[InstallmentPeriod], since: date, day: date, taken: TakeOn, agreed: Sequence[Amounts]
) -> list[tuple[date, date, Amounts]]:
    """Start, due date and amounts of the installments from `since` on that fell due before `day`; `agreed` as planned.

    Those at the end that hold nothing are left out.
    """
    late = [k for k, period in enumerate(periods) if since <= period.due_date < day]
    as_agreed = [agreed[k] if k < len(agreed) else (ZERO, ZERO) for k in late]
    principal = spread_overdue(taken.overdue_principal, [of for of, _ in as_agreed])
    interest = spread_overdue(taken.overdue_interest, [of for _, of in as_agreed])
    rows = [(periods[k].start, periods[k].due_date, (p, i)) for k, p, i in zip(late, principal, interest, strict=True)]
    kept = list(dropwhile(lambda row: not any(row[2]), reversed(rows)))[::-1]
    return kept or rows[:1]  # fees alone may be overdue


def earned_before(row: Installment, day: date, terms: Terms) -> dict[str, Decimal]:
    """What of an installment had been earned before `day`: all that fell due, of the running one interest by the day.

    All its principal is owed, whatever has fallen due.
    """
    due = row.due
    if row.due_date < day:
        return dict(due)
    share = Decimal(max((day - row.start).days, 0)) / row.days if row.days else Decimal(row.due_date == day)
    interest = terms.currency.round(due["interest"] * share, terms.round_mode)
    return {**nothing(), "principal": due["principal"], "interest": interest}


def accrued(terms: Terms, period: InstallmentPeriod, share: Decimal, day: date, taken: TakeOn) -> Decimal:
    """Interest that accrued by the terms from the start of the running `period` to `day`; `share` is all of its own."""
    if not period.days or day <= period.start:
        return ZERO
    bearing = taken.principal if terms.recalculate_interest else taken.principal - taken.overdue_principal
    if terms.interest_method == "flat":
        bearing = terms.principal
    exact = bearing * period.rate * share * (day - period.start).days / period.days
    return terms.currency.round(exact, terms.round_mode)
