"""The cumulative repayment schedule: what falls due when, before anything is paid.

Conventions are in docs/loan-engine.md: interest is rounded to the currency at each installment, and
the last installment absorbs what rounding left over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .installment_periods import InstallmentPeriod, build_installment_periods, changed_index
from .level_installments import annuity, annuity_rate, equal_principal, rounded_installment
from .money import ZERO, to_multiple
from .remaining import Remaining
from .terms import Restructuring, Terms


@dataclass(slots=True)
class Tranche:
    """Principal paid out on a day, less the down payment taken back at once.

    `shares` is the share of a year's flat interest that it bears in each period; `before` the principal of it that no
    period repays, as it was repaid or fell due before the loan was taken on.
    """

    date: date
    amount: Decimal
    shares: list[Decimal] = field(default_factory=list)
    before: Decimal = ZERO
    taken_on: bool = False  # from another system, in the midst of its periods


@dataclass(slots=True)
class PlannedRow:
    """An installment as planned: what is due, and what the ones after it are computed from."""

    principal: Decimal
    interest: Decimal  # due, after what the grace carried on
    counted: Decimal  # interest of the period itself
    level: Decimal  # the installment, or the principal of it, that holds from here
    exact: Decimal = ZERO  # flat interest before rounding


class Plan:
    """The regular installments of what is paid out and agreed, as tranches and changes of terms come.

    Each computes afresh only the installments from its own on: nothing before a tranche's day sees it, and a change of
    terms touches nothing before its `from`. A tranche joins the installment in whose period (from, due] it falls. Rows
    at the end that have nothing to pay are left out.
    """

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.tranches: list[Tranche] = []
        self.steps: list[Restructuring | date] = []  # new terms, and the days of tranches after the first
        self.periods: list[InstallmentPeriod] = []
        self.rows: list[PlannedRow] = []
        self.remaining: Remaining | None = None  # of a loan that was taken on

    def take_on(self, remaining: Remaining) -> None:
        """Plans what is to come of a loan that another system paid out and counted until a day."""
        self.remaining = remaining
        self.terms = remaining.terms
        self._frame()
        day = min(remaining.day, self.periods[0].due_date)
        before = remaining.agreed.principal - remaining.principal
        self.tranches.append(Tranche(day, remaining.principal, before=before, taken_on=True))
        self._plan(0)

    def lend(self, day: date, amount: Decimal) -> int:
        """Takes a tranche in, and tells the index of the first installment that it changed."""
        if self.tranches:
            self.steps.append(day)
        self.tranches.append(Tranche(day, amount))
        self._frame()
        first = next(k for k, period in enumerate(self.periods) if period.due_date >= day)
        self._plan(first)
        return first

    def change(self, change: Restructuring) -> int:
        """Holds the loan to new terms, and tells the index of the first installment that they changed.

        Raises:
            InvalidTerms: something is restructured that does not exist.
        """
        first = changed_index(change, [period.due_date for period in self.periods])
        self.steps.append(change)
        self._frame()
        self._plan(first)
        return first

    def _frame(self) -> None:
        if self.remaining:
            self.periods = self.remaining.periods(self.steps)
        else:
            self.periods = build_installment_periods(self.terms, self.tranches[0].date, self.steps)

    def _plan(self, first: int) -> None:
        kept, arriving = self.rows[:first], self._arriving()
        plan = _flat if self.terms.interest_method == "flat" else _declining
        self.rows = plan(self.terms, self.periods, arriving, kept)
        while len(self.rows) > 1 and not (self.rows[-1].principal or self.rows[-1].interest):
            self.rows.pop()
        del self.periods[len(self.rows) :]

    def _arriving(self) -> list[list[Tranche]]:
        """Which tranches each period takes in."""
        arriving: list[list[Tranche]] = [[] for _ in self.periods]
        index = 0
        for tranche in self.tranches:
            while self.periods[index].due_date < tranche.date:
                index += 1
            arriving[index].append(tranche)
        return arriving


@dataclass(slots=True)
class _Running:
    """Where a computation stands between two installments."""

    balance: Decimal = ZERO
    carried: Decimal = ZERO  # interest that the grace carries on
    disbursed: Decimal = ZERO
    level: Decimal = ZERO

    @classmethod
    def after(cls, kept: list[PlannedRow], arriving: list[list[Tranche]]) -> _Running:
        """As it stands after the rows that are kept."""
        if not kept:
            return cls()
        taken_in = [t for tranches in arriving[: len(kept)] for t in tranches]
        lent = sum((t.amount for t in taken_in), ZERO)
        balance = lent - sum((row.principal for row in kept), ZERO)
        carried = sum((row.counted - row.interest for row in kept), ZERO)
        return cls(balance, carried, lent + sum((t.before for t in taken_in), ZERO), kept[-1].level)


def _paying(periods: list[InstallmentPeriod], k: int) -> int:
    """How many installments from `k` on share the principal, of those that count there already."""
    count = 0
    for period in periods[k:]:
        if period.since <= k and not period.principal_free:
            count += 1
        if period.final:
            break
    return max(count, 1)


def _declining(
    terms: Terms, periods: list[InstallmentPeriod], arriving: list[list[Tranche]], kept: list[PlannedRow]
) -> list[PlannedRow]:
    rounded, mode = terms.currency.round, terms.round_mode
    held = terms.grace.interest_payment > 0
    by_part = terms.amortization != "equal_installments" or bool(terms.fixed_principal_percent)
    last = len(periods) - 1
    rows, at = list(kept), _Running.after(kept, arriving)
    balance, level = at.balance, at.level
    for k in range(len(kept), len(periods)):
        period = periods[k]
        interest = balance * period.rate * period.share
        if arriving[k] or period.replan:
            for tranche in arriving[k]:
                interest += tranche.amount * period.rate * _share_from(terms, period, tranche.date)
                at.disbursed += tranche.amount + tranche.before
                balance += tranche.amount
            level = _level(terms, period, balance, at.disbursed, _paying(periods, k))
        interest = rounded(interest, mode) if k >= terms.grace.interest_free else ZERO
        if period.brought:
            interest += period.brought
        due_interest = interest
        if held:
            due_interest, at.carried = after_interest_grace(terms, k, last, interest, at.carried)
        if period.final:
            part = balance
        elif period.principal_free:
            part = ZERO
        elif by_part:
            part = min(level, balance)
        else:
            part = min(max(level - interest, ZERO), balance)
        balance -= part
        rows.append(PlannedRow(part, due_interest, interest, level))
    return rows


def _level(terms: Terms, period: InstallmentPeriod, balance: Decimal, disbursed: Decimal, paying: int) -> Decimal:
    """The equal installment from `period` on, or the equal part of the principal: equal principal stays so."""
    if period.level is not None and not period.replan:
        return period.level
    if terms.amortization != "equal_installments" or terms.fixed_principal_percent:
        return equal_principal(terms, disbursed if terms.fixed_principal_percent else balance, paying)
    return rounded_installment(terms, annuity(balance, annuity_rate(terms, period.rate), paying))


def _share_from(terms: Terms, period: InstallmentPeriod, day: date) -> Decimal:
    """The share of a year that principal paid out on `day` bears in `period`: the days from then on."""
    if day <= period.start or period.days == 0:
        return period.share
    if terms.interest_period == "same_as_repayment" and not terms.partial_period_interest:
        return period.share
    return period.share * (period.due_date - day).days / period.days


def _flat(
    terms: Terms, periods: list[InstallmentPeriod], arriving: list[list[Tranche]], kept: list[PlannedRow]
) -> list[PlannedRow]:
    """Interest on the original principal for the whole term; equal principal and equal installment are one here."""
    rounded, mode = terms.currency.round, terms.round_mode
    last = len(periods) - 1
    exact = _flat_interest(terms, periods, arriving, kept)
    left = rounded(sum(exact, ZERO), mode) - sum((row.counted for row in kept), ZERO)
    rows, at = list(kept), _Running.after(kept, arriving)
    for k in range(len(kept), len(periods)):
        period = periods[k]
        for tranche in arriving[k]:
            at.balance += tranche.amount
            at.disbursed += tranche.amount + tranche.before
        if period.level is not None and not period.replan:
            at.level = max(period.level - rounded(exact[-1], mode), ZERO)
        elif arriving[k] or period.replan:
            whole = at.disbursed if terms.fixed_principal_percent else at.balance
            at.level = equal_principal(terms, whole, _paying(periods, k))
        interest = left if k == last else min(rounded(exact[k], mode), left)
        left -= interest
        part = at.balance if period.final else ZERO if period.principal_free else min(at.level, at.balance)
        if terms.installment_multiple and part and not period.final:
            part = _flat_part_in_multiple(terms, part, exact[k], interest, at.balance)
        due_interest, at.carried = after_interest_grace(terms, k, last, interest, at.carried)
        at.balance -= part
        rows.append(PlannedRow(part, due_interest, interest, at.level, exact[k]))
    return rows


def _flat_interest(
    terms: Terms, periods: list[InstallmentPeriod], arriving: list[list[Tranche]], kept: list[PlannedRow]
) -> list[Decimal]:
    """Each period's interest before rounding: every tranche's own, spread evenly over the periods that bear it.

    Rows that are kept keep theirs; what is added or moved after them is spread over those to come.
    """
    interest = [row.exact for row in kept] + [ZERO] * (len(periods) - len(kept))
    for k, tranches in enumerate(arriving):
        bearing = range(max(k, terms.grace.interest_free), len(periods))
        to_come = [j for j in bearing if j >= len(kept)]
        whole = sum((periods[j].share for j in bearing), ZERO)
        for tranche in tranches if to_come else ():
            if tranche.taken_on and not kept:  # each period bears what it was agreed to, the first its rest
                tranche.shares = [period.share for period in periods]
                for j in bearing:
                    interest[j] += (tranche.amount + tranche.before) * periods[j].rate * periods[j].share
                continue
            borne = tranche.shares[: len(kept)]
            each = (whole - sum(borne, ZERO)) / len(to_come)
            tranche.shares = [borne[j] if j < len(borne) else ZERO for j in range(to_come[0])] + [each] * len(to_come)
            for j in to_come:
                interest[j] += (tranche.amount + tranche.before) * periods[j].rate * each
    if not kept and periods[0].brought:
        interest[0] += periods[0].brought
    return interest


def _flat_part_in_multiple(terms: Terms, part: Decimal, share: Decimal, interest: Decimal, balance: Decimal) -> Decimal:
    """Principal so that principal and interest, each rounded to the multiple, add up to the installment."""
    step, mode = terms.installment_multiple or Decimal(1), terms.round_mode
    installment = to_multiple(part, step, mode) + to_multiple(share, step, mode)
    return min(max(installment - interest, ZERO), balance)


def after_interest_grace(
    terms: Terms, k: int, last: int, interest: Decimal, carried: Decimal
) -> tuple[Decimal, Decimal]:
    """What is due now and what is carried on, while the payment of interest is in grace."""
    if k < terms.grace.interest_payment and k < last:
        return ZERO, carried + interest
    return carried + interest, ZERO
