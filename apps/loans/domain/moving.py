"""The installments of a loan whose schedule moves with what is paid: progressive schedules, recalculated interest.

Each installment has a level amount. Its interest is counted over the principal really outstanding up to the day of
reckoning, and from then on over the principal as scheduled, taking what is overdue as paid on that day and what was
paid early as paid. Its principal is the rest of the level; the last open installment takes what is left.

A progressive schedule rounds the interest of a period once; a cumulative one each stretch of equal balance, and it
takes what is paid beyond an installment into that installment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .allocation import Part
from .money import ZERO
from .plan import down_payment, down_payment_installment, number
from .schedule import Tranche, annuity, annuity_rate, build_schedule, equal_principal, rounded_installment
from .slots import Slot, build_slots
from .state import Installment, nothing
from .terms import Reschedule, Terms


@dataclass(slots=True)
class Line:
    """A regular installment with what its amounts are computed from."""

    row: Installment
    slot: Slot
    level: Decimal = ZERO  # principal and interest together, or the principal alone where parts are equal
    extra: Decimal = ZERO  # principal paid beyond the installment and taken into it
    settled: bool = False  # paid in full: its amounts stay what was paid
    spare: Decimal = ZERO  # paid early here, taken off the principal of the installments after it
    waived: Decimal = ZERO
    fixed_interest: Decimal | None = None  # flat interest does not move


class MovingPlan:
    """Installments that are recomputed as money comes, on the day of each event and on the day asked for."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.recalculation = terms.recalculate_interest if terms.rate else None
        self.progressive = terms.schedule_type == "progressive"
        self.lines: list[Line] = []
        self.others: list[Installment] = []  # down payments, and what a late charge added
        self.installments: list[Installment] = []
        self.gross: list[tuple[date, Decimal]] = []
        self.paid_out: list[tuple[date, Decimal]] = []  # less down payments
        self.repaid: list[tuple[date, Decimal]] = []  # principal of regular installments, by the day it counts from
        self.interest_paid: list[tuple[date, Decimal]] = []
        self.changes: tuple[Reschedule, ...] = ()
        self.frozen = False

    @property
    def regular(self) -> list[Installment]:
        return [line.row for line in self.lines]

    # What is paid out and agreed ---------------------------------------------------------------------------------

    def disburse(self, day: date, amount: Decimal) -> None:
        """Takes a tranche in: its down payment as an installment, the rest spread over the installments to come."""
        down = down_payment(self.terms, amount)
        self.gross.append((day, amount))
        self.paid_out.append((day, amount - down))
        if not self.lines:
            self._frame(day)
        if down:
            self.others.append(down_payment_installment(day, down))
        self._plan_from(day, amount - down)
        self._arrange()
        self.recompute(day)

    def reschedule(self, change: Reschedule, day: date) -> None:
        """Moves dates, adds installments, or changes the rate from the installment due on `change.start`."""
        index = next((k for k, line in enumerate(self.lines) if line.row.due_date == change.start), 0)
        self.changes = (*self.changes, change)
        kept = self.lines
        self._frame(self.gross[0][0])
        for old, new in zip(kept, self.lines, strict=False):
            new.level, new.extra, new.waived, new.fixed_interest = old.level, old.extra, old.waived, old.fixed_interest
            old.row.start, old.row.due_date = new.slot.start, new.slot.due_date
            new.row, new.settled = old.row, old.settled
        if change.new_due_date is None:
            self._level(index)
        self._arrange()
        self.recompute(day)

    def _frame(self, day: date) -> None:
        slots = build_slots(self.terms, day, self.changes)
        self.lines = [Line(Installment(0, s.start, s.due_date, ZERO, nothing()), s) for s in slots]

    def _arrange(self) -> None:
        self.installments = [*self.regular, *self.others]

    def _plan_from(self, day: date, amount: Decimal) -> None:
        """Spreads what a tranche added over the installments due after it (cumulative: also the one due on its day)."""
        later = [k for k, x in enumerate(self.lines) if not self._after(x.row.due_date, day)]
        first = later[0] if later else len(self.lines) - 1
        if self.terms.interest_method == "flat" and self.terms.rate:
            self._plan_flat()
        elif self.progressive and not self.terms.rate and len(self.paid_out) > 1:
            self._raise_evenly(first, amount)
        else:
            self._level(first)

    def _after(self, due: date, day: date) -> bool:
        """True when an installment due on `due` has no part in a tranche of `day`."""
        return due <= day if self.progressive else due < day

    def _raise_evenly(self, first: int, amount: Decimal) -> None:
        """Without interest each installment to come grows by the same; the last takes the rest when recomputed."""
        lines = self.lines[first:]
        for line in lines:
            line.level = rounded_installment(self.terms, line.level + amount / len(lines))
            line.settled = False

    def _plan_flat(self) -> None:
        tranches = [Tranche(*t) for t in self.paid_out]
        rows = build_schedule(self.terms, tranches, self.changes)
        for line, (_, principal, interest) in zip(self.lines, rows, strict=False):
            line.level, line.fixed_interest, line.settled = principal + interest, interest, False

    def _level(self, first: int) -> None:
        """The level amount of the installments from index `first` on, for what is then outstanding."""
        lines = [x for x in self.lines[first:] if not x.slot.principal_free]
        if not lines:
            return
        balance = self._scheduled(first)
        if self.terms.amortization != "equal_installments" or self.terms.fixed_principal_percent:
            whole = sum((a for _, a in self.paid_out), ZERO) if self.terms.fixed_principal_percent else balance
            level = rounded_installment(self.terms, equal_principal(self.terms, whole, len(lines)))
        elif self.progressive:
            level = _balanced_level(self.terms, [x.slot.rate * x.slot.share for x in lines], balance)
        else:
            rate = annuity_rate(self.terms, lines[0].slot.rate)
            level = rounded_installment(self.terms, annuity(balance, rate, len(lines)))
        for line in lines:
            line.level, line.settled = level, False

    def _scheduled(self, index: int) -> Decimal:
        """The principal scheduled to be outstanding when the installment at `index` begins, tranches included."""
        repaid = sum((x.row.due["principal"] for x in self.lines[:index]), ZERO)
        early = ZERO
        if self.recalculation:
            early = sum((x.row.paid["principal"] for x in self.lines[index:]), ZERO)
        return max(sum((a for _, a in self.paid_out), ZERO) - repaid - early, ZERO)

    # What is due ---------------------------------------------------------------------------------------------------

    def settle(self, on: date) -> None:
        """Sets what is due to what would settle the loan `on`: interest counted to the day, nothing after it."""
        if self.recalculation:
            self._compute(on, settle=True)

    def recompute(self, on: date) -> None:
        """Sets what is due by all that is known `on`."""
        self._compute(on, settle=False)

    def _compute(self, till: date, *, settle: bool) -> None:
        if self.frozen or not self.lines:
            return
        carried = spare = ZERO
        left = sum((a for _, a in self.paid_out), ZERO)  # principal no installment has taken yet
        early = sum((x.row.paid["principal"] for x in self.lines), ZERO)  # paid on this installment and later ones
        absorbing = self._absorbing()
        for k, line in enumerate(self.lines):
            row = line.row
            paid = row.paid["principal"]
            counted = self._interest(k, till, left, early, settle=settle) + carried
            early -= paid
            interest, carried = self._due_interest(k, line, counted)
            room = left - early
            if k >= absorbing:
                principal = max(room, paid) if k == absorbing else max(min(paid, room), ZERO)
            elif line.settled and self.recalculation:
                principal = paid
            else:
                wanted = self._wanted(line, interest)
                cut = min(spare, wanted)
                principal = min(max(wanted - cut, paid), max(room, paid))
                spare -= cut
            spare += line.spare
            if k == len(self.lines) - 1 and k != absorbing:
                principal = left
            left -= principal
            row.due["interest"], row.due["principal"] = interest, principal
        number(self.installments, self.gross, before_tranche=self.progressive)

    def _absorbing(self) -> int:
        """The index of the installment that takes what is left: the last that is not paid in full."""
        last = len(self.lines) - 1
        if not self.recalculation:
            return last
        return next((k for k in range(last, -1, -1) if not self.lines[k].settled), last)

    def _wanted(self, line: Line, interest: Decimal) -> Decimal:
        """The principal of an installment that is not the last."""
        if line.slot.principal_free:
            return line.extra
        if self.terms.amortization != "equal_installments" or self.terms.fixed_principal_percent:
            return line.level + line.extra
        return max(line.level - interest - line.waived, ZERO) + line.extra

    def _due_interest(self, k: int, line: Line, counted: Decimal) -> tuple[Decimal, Decimal]:
        """The interest due on the installment, of what was counted, and what is carried to the next."""
        paid, last = line.row.paid["interest"], k == len(self.lines) - 1
        if k < self.terms.grace.interest_payment and not last:
            return paid, counted - paid
        if line.settled and self.recalculation:
            return paid, ZERO if last else max(counted - paid - line.waived, ZERO)
        due = counted
        level_bound = self.terms.amortization == "equal_installments" and not line.slot.principal_free
        if self.recalculation and level_bound and not last and k < self._absorbing():
            due = min(counted, max(line.level + line.extra - line.row.paid["principal"], ZERO))
        return max(due - line.waived, paid), max(counted - due, ZERO)

    # Interest ------------------------------------------------------------------------------------------------------

    def _interest(self, k: int, till: date, left: Decimal, early: Decimal, *, settle: bool) -> Decimal:
        """Interest counted for the installment at `k`, when `left` principal is scheduled and `early` was paid."""
        line = self.lines[k]
        slot = line.slot
        if line.fixed_interest is not None:
            return line.fixed_interest
        if k < self.terms.grace.interest_free or not slot.rate or slot.days == 0:
            return ZERO
        stretches = self._stretches(k, till, left, early, settle=settle)
        each = [balance * slot.rate * slot.share * days / slot.days for days, balance in stretches]
        rounded, mode = self.terms.currency.round, self.terms.round_mode
        if self.progressive:
            return rounded(sum(each, ZERO), mode)
        return sum((rounded(part, mode) for part in each), ZERO)

    def _stretches(
        self, k: int, till: date, left: Decimal, early: Decimal, *, settle: bool
    ) -> Iterator[tuple[int, Decimal]]:
        """Days and balance of each stretch of the installment's period that bears interest."""
        slot = self.lines[k].slot
        start, end = slot.start, slot.due_date
        later = sum((a for day, a in self.paid_out if day > start), ZERO)
        if self.recalculation is None:
            yield from self._by(start, end, left - later, self.paid_out)
            return
        known = min(max(self._reckoned(till, slot), start), end)
        flows = [*self.paid_out, *((day, -a) for day, a in self.repaid)]
        if self.recalculation.compounding == "interest":
            flows += self._overdue_interest(k)
        flows.sort()
        opening = sum((a for day, a in flows if day <= start), ZERO)
        yield from self._by(start, known, opening, flows)
        if not settle:
            after = sum((a for day, a in self.paid_out if day > max(start, known)), ZERO)
            yield from self._by(max(start, known), end, left - early - after, self.paid_out)
        elif self.recalculation.payoff == "to_the_rest_date" and start < till < end:
            yield (end - known).days, sum((a for day, a in flows if day <= known), ZERO)

    def _reckoned(self, till: date, slot: Slot) -> date:
        """The day up to which balances are taken as they really were."""
        if self.recalculation and self.recalculation.rest == "same_as_repayment" and slot.start < till:
            return slot.due_date
        return till

    @staticmethod
    def _by(
        start: date, end: date, opening: Decimal, flows: list[tuple[date, Decimal]]
    ) -> Iterator[tuple[int, Decimal]]:
        """The stretches of (start, end] between changes of balance."""
        balance, since = opening, start
        for day, amount in flows:
            if start < day < end:
                if day > since:
                    yield (day - since).days, balance
                    since = day
                balance += amount
        if end > since:
            yield (end - since).days, balance

    def _overdue_interest(self, k: int) -> list[tuple[date, Decimal]]:
        """Interest that bears interest from its due date until it is paid."""
        due = [(x.row.due_date, x.row.due["interest"]) for x in self.lines[:k]]
        fallen = sum((a for _, a in due), ZERO)
        flows, paid = due, ZERO
        for day, amount in self.interest_paid:
            part = min(amount, fallen - paid)
            paid += part
            flows.append((day, -part))
        return flows

    # What is paid --------------------------------------------------------------------------------------------------

    def payable(self, on: date) -> list[Installment]:
        """The installments that a payment `on` may reach: where early payment changes the schedule, none to come."""
        if self.progressive or not self.recalculation:
            return self.installments
        running = self._running(on)
        regular = self.lines if running is None else self.lines[: running + 1]
        rows = [*(x.row for x in regular), *self.others]
        return sorted(rows, key=lambda row: row.n)

    def _running(self, on: date) -> int | None:
        """The index of the installment in whose period the day falls; None after the last."""
        return next((k for k, x in enumerate(self.lines) if on <= x.row.due_date), None)

    def note(self, parts: list[Part], on: date) -> None:
        """Remembers what was paid: principal counts from the day, or from the day to which interest runs anyway."""
        counts_from = self._counts_from(on)
        ids = {id(x.row): x for x in self.lines}
        for row, component, amount in parts:
            line = ids.get(id(row))
            if line is None:
                continue
            if component == "principal":
                self.repaid.append((max(on, counts_from) if row.due_date > on else on, amount))
            elif component == "interest":
                self.interest_paid.append((on, amount))
            line.settled = row.left("principal") <= 0 and row.left("interest") <= 0
        if not any(x.row.left("principal") > 0 or x.row.left("interest") > 0 for x in self.lines):
            for line in self.lines:  # paid off: also those that had nothing of their own to pay
                line.settled = True

    def _counts_from(self, on: date) -> date:
        if self.recalculation and (
            self.recalculation.rest == "same_as_repayment" or self.recalculation.payoff == "to_the_rest_date"
        ):
            running = self._running(on)
            return on if running is None else self.lines[running].row.due_date
        return on

    def absorb(self, amount: Decimal, on: date) -> tuple[list[Part], Decimal]:
        """Takes what is paid beyond the installment into the principal of the period it is paid in."""
        if self.progressive or not self.recalculation:
            return [], amount
        index = self._running(on)
        if index is None:
            return [], amount
        line = self.lines[index]
        owed = sum((a for _, a in self.paid_out), ZERO) - sum((x.row.paid["principal"] for x in self.lines), ZERO)
        take = min(amount, owed)
        line.extra += take
        line.row.due["principal"] += take
        line.row.paid["principal"] += take
        if on < line.row.due_date:
            line.row.paid_in_advance += take
        self.repaid.append((self._counts_from(on), take))
        reached = self.lines[: index + 1]
        if take == owed and not any(x.row.left("principal") > 0 or x.row.left("interest") > 0 for x in reached):
            for x in self.lines:  # paid off: nothing is counted after the day
                x.settled = True
        self._compute(on, settle=False)
        if not all(x.settled for x in self.lines):
            self._answer_early_payment(index, take, on)
        return ([(line.row, "principal", take)] if take else []), amount - take

    def _answer_early_payment(self, index: int, amount: Decimal, on: date) -> None:
        """What an early payment does to the installments after it, as agreed."""
        answer = self.recalculation.early_payment if self.recalculation else ""
        if answer == "reduce_amount" and index + 1 < len(self.lines):
            self._level(index + 1)
        elif answer == "next_installments":
            self.lines[index].spare += amount
            self._compute(on, settle=False)

    def waive_interest(self, row: Installment, amount: Decimal) -> None:
        next(x for x in self.lines if x.row is row).waived += amount
        row.due["interest"] -= amount

    def freeze(self) -> None:
        """Nothing moves any more: the loan is written off."""
        self.frozen = True


def _balanced_level(terms: Terms, rates: list[Decimal], balance: Decimal) -> Decimal:
    """The level installment that repays `balance` at `rates` a period, so that the last differs little from the rest.

    The annuity over uneven periods, then moved by the last installment's difference while that makes it smaller, as
    long as the difference is more than half a cent for each installment.
    """
    growth, factor = Decimal(1), Decimal(1)
    for k, rate in enumerate(rates):
        growth *= 1 + rate
        factor = factor if k == 0 else 1 + factor * (1 + rate)
    level = rounded_installment(terms, balance * growth / factor)
    difference = _last_difference(terms, rates, balance, level)
    while len(rates) // 2 and abs(difference) * 100 > len(rates) // 2:
        other = rounded_installment(terms, level + difference / len(rates))
        if other == level:
            break
        smaller = _last_difference(terms, rates, balance, other)
        if abs(smaller) >= abs(difference):
            break
        level, difference = other, smaller
    return level


def _last_difference(terms: Terms, rates: list[Decimal], balance: Decimal, level: Decimal) -> Decimal:
    """By how much the last installment is more than `level`."""
    for rate in rates[:-1]:
        interest = terms.currency.round(balance * rate, terms.round_mode)
        balance -= min(max(level - interest, ZERO), balance)
    return balance + terms.currency.round(balance * rates[-1], terms.round_mode) - level
