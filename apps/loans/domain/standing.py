"""Where a loan stands while its events are applied: what is due, paid and overpaid, and what time alone does to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from .allocation import Part, allocate
from .allocation_rules import allocate_by_rule
from .charging import Charging
from .fixed_schedule import FixedSchedule
from .in_duplum import InDuplum
from .money import ZERO
from .overpayment import Shortfall, pay_what_is_due
from .penalties import PenaltyClock
from .rebate import settlement_rebate
from .recalculated_schedule import RecalculatedSchedule
from .snapshot import Brought, ChargeDue, Installment, Transaction, nothing
from .terms import ALLOCATIONS, AllocationRules, Event, RuleFor, Terms

DUE_FIRST = tuple(allocation for allocation in ALLOCATIONS if allocation.startswith("due_"))


@dataclass(frozen=True)
class Settlement:
    """What settling on a day gives back of interest and penalties, and what it asks for: currency units."""

    interest: Decimal
    penalties: Decimal
    owed: Decimal = ZERO


class Standing:
    """A schedule's installments with what a state tells of them; `Replay` applies events to it."""

    def __init__(self, terms: Terms, *, pay_down: bool) -> None:
        self.terms, self.pay_down = terms, pay_down
        self.schedule = FixedSchedule(terms) if terms.fixed_schedule else RecalculatedSchedule(terms)
        # Asked at every receipt: two looks at a class and one at a text are a fiftieth of what it costs.
        self.is_fixed = isinstance(self.schedule, FixedSchedule)
        self.pays_charges_by_day = terms.allocation in DUE_FIRST
        self.charging = Charging(terms, self.schedule)
        self.transactions: list[Transaction] = []
        self.tranches: list[tuple[date, Decimal]] = []
        self.shortfalls: list[Shortfall] = []
        self.disbursed_on: date | None = None
        self.brought = Brought()
        self.counted_from: date | None = None  # the day on which it was taken on, where only figures came with it
        self.closed_on: date | None = None
        self.overpaid = self.recovered = self.disbursed = self.principal_left = ZERO
        self.fees_at_disbursement = self.savings = ZERO
        self.written_off, self.waived = nothing(), nothing()
        self.is_written_off = False
        self.write_off_seq = 0
        self.timeless = terms.fixed_schedule and not terms.moves_with_time
        self.first_open = 0  # installments before this index are paid
        self.reached = date.min  # the day up to which time has passed
        self.penalties = PenaltyClock(terms.overdue_penalty) if terms.overdue_penalty else None
        self.in_duplum = InDuplum(self.schedule, self.charging) if terms.in_duplum else None

    @property
    def installments(self) -> list[Installment]:
        return self.schedule.installments

    @property
    def charges(self) -> list[ChargeDue]:
        return self.charging.charges

    def outstanding(self) -> Decimal:
        return sum((row.outstanding for row in self.installments), ZERO)

    @property
    def status(self) -> str:
        if self.is_written_off:
            return "written_off"
        if self.closed_on is None:
            return "active"
        return "overpaid" if self.overpaid > 0 else "closed"

    @property
    def chargeable(self) -> Decimal | None:
        """What in duplum leaves for penalties; None where the product does not ask for it."""
        return self.in_duplum.room() if self.in_duplum else None

    def advance(self, to: date) -> None:
        """Lets time pass: what is overpaid pays what falls due, penalties for what is overdue, interest to the day."""
        if self.disbursed_on is None or self.is_written_off or (self.timeless and not self.overpaid):
            return
        while step := self._next_step(to):
            self.reached = step
            self._pass_to(step)
            if self.penalties and (penalty := self.penalties.next(self.schedule.regular, step)):
                owed = self.penalties.amount(penalty.row, self.terms)
                self.penalties.done(penalty)
                self.charging.owe(penalty.row, "penalties", penalty.dated, self._capped(owed), "Overdue penalty")
                self.first_open = 0
            self.use_overpaid(step)
        self._pass_to(to)
        self.reached = max(self.reached, to)

    @property
    def changes_daily(self) -> bool:
        """True while interest is counted by the day, so that what is owed may be another every day."""
        schedule = self.schedule
        if self.is_written_off or isinstance(schedule, FixedSchedule) or not schedule.recalculation:
            return False
        return not all(line.settled for line in schedule.lines)

    def next_change(self, after: date) -> date | None:
        """The first day after `after`, up to which time has passed, on which something may change by itself.

        Of a loan that changes daily it says nothing.
        """
        if self.disbursed_on is None or self.is_written_off or (self.timeless and not self.overpaid):
            return None
        days = self._days_due() if self.overpaid > 0 else []
        if self.penalties and (penalty := self.penalties.next(self.schedule.regular, date.max)):
            days.append(penalty.charged_on)
        if self.in_duplum:
            days += [row.due_date for row in self.schedule.regular] + [charge.date for charge in self.charges]
        return min((day for day in days if day > after), default=None)

    def _next_step(self, to: date) -> date | None:
        """The next day up to `to` on which something happens by itself."""
        penalty = self.penalties and self.penalties.next(self.schedule.regular, to)
        days = [max(penalty.charged_on, self.reached)] if penalty else []
        if self.overpaid > 0:
            days += [d for d in self._days_due() if self.reached < d <= to]
        return min(days, default=None)

    def _days_due(self) -> list[date]:
        rows = [row.due_date for row in self.installments if row.outstanding > 0]
        return [*rows, *(c.date for c in self.charges if c.installment.left(c.component) > 0)]

    def _pass_to(self, day: date) -> None:
        self.schedule.recompute(day)
        if self.in_duplum:
            for component, held in self.in_duplum.hold(day).items():
                self.waived[component] += held

    def _capped(self, amount: Decimal) -> Decimal:
        return amount if self.chargeable is None else min(amount, self.chargeable)

    def short(self, event: Event, where: str, problem: str) -> None:
        self.shortfalls.append(Shortfall(event.seq, f"events[seq={event.seq}]{where}", problem))

    def close(self, value_date: date) -> None:
        # An open installment before the last spares adding up all of them after every receipt.
        rows = self.installments
        first, count = self.first_open if self.is_fixed else 0, len(rows)
        while first < count and rows[first].paid == rows[first].due:
            first += 1
        self.first_open = first
        if self.is_written_off:
            self.closed_on = self.closed_on or value_date  # a recovery closes nothing again
        elif first < count or self.overpaid < 0:
            self.closed_on = None
        else:
            self.closed_on = self.closed_on or value_date

    def use_overpaid(self, day: date) -> None:
        """What was overpaid pays what is due by `day`: a loan is never overpaid and late at once."""
        if self.overpaid > 0:
            due = self.charging.due_by(day)
            self.pay_out_of_overpaid(pay_what_is_due(self.terms, self.installments, self.overpaid, day, due))
            self.close(day)

    def pay_out_of_overpaid(self, spread: tuple[list[Part], Decimal]) -> None:
        parts, self.overpaid = spread
        self.principal_left -= sum((amount for _, c, amount in parts if c == "principal"), ZERO)

    def spread(self, kind: RuleFor, amount: Decimal, value_date: date) -> tuple[list[Part], Decimal]:
        allocation, rows = self.terms.allocation, self.schedule.payable(value_date)
        if isinstance(allocation, AllocationRules):
            rule = allocation.rule(kind)
            parts, left = allocate_by_rule(rows, amount, value_date, rule, allocation.processing, self.terms.currency)
        else:
            first = self.first_open if self.is_fixed else 0
            charges = self.charging.due_by(value_date) if self.pays_charges_by_day else {}
            parts, left = allocate(rows, amount, value_date, allocation, charges, first)
        if not self.timeless:
            self.schedule.note(parts, value_date)
        if left > 0:
            more, left = self.schedule.absorb(left, value_date)
            parts = [*parts, *more]
        if left > 0 and len(rows) < len(self.installments):  # charges of installments to come
            more, left = allocate(self.installments, left, value_date, ALLOCATIONS[0], {})
            self.schedule.note(more, value_date)
            parts = [*parts, *more]
        return parts, left

    def payoff(self, value_date: date) -> Decimal | None:
        """What settles the loan on `value_date`: interest to the day where it is recalculated, less rebate and fees.

        None where that is simply all that is outstanding.
        """
        plain = self.timeless and not self.charges and not self.overpaid and self.terms.settlement_rebate == "none"
        if self.is_written_off or plain:
            return None
        self.schedule.settle(value_date)
        owed = self.settles(value_date).owed
        self.schedule.recompute(value_date)
        return owed

    def settles(self, value_date: date) -> Settlement:
        """What is given back for settling on the day, and what is then asked for.

        Fees of installments that have not begun are not asked for, and what is overpaid pays first.
        """
        rebate = settlement_rebate(self.terms, *self._rebated(), value_date)
        beyond = self.in_duplum.beyond(rebate) if self.in_duplum else {"interest": ZERO, "penalties": ZERO}
        given = Settlement(rebate + beyond["interest"], beyond["penalties"])
        fees = sum((row.left("fees") for row in self.charging.to_come(value_date)), ZERO)
        left = self.outstanding() - given.interest - given.penalties - fees - self.overpaid
        return replace(given, owed=max(left, ZERO))

    def _rebated(self) -> tuple[list[Installment], list[tuple[date, Decimal]]]:
        """The installments whose interest may be given back, and what they repay by day: from the taking on, if any."""
        if self.counted_from is None:
            return self.schedule.regular, self.tranches
        rows = [row for row in self.schedule.regular if row.due_date >= self.counted_from]
        return rows, [(self.counted_from, sum((row.due["principal"] for row in rows), ZERO))]

    def show(self, event: Event, amount: Decimal, split: dict[str, Decimal]) -> None:
        self.transactions.append(
            Transaction(event.seq, event.date, event.type, amount, split, ZERO, self.principal_left)
        )
