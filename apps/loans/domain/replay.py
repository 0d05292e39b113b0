"""The state of a loan while its events are applied to it, one after the other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .allocation import Part, allocate
from .allocation_rules import allocate_by_rule
from .charges import fees_kept
from .charging import Charging
from .fixed_schedule import FixedSchedule, down_payment
from .in_duplum import InDuplum
from .money import ZERO
from .overpayment import Shortfall, pay_what_is_due, take_back
from .penalties import PenaltyClock
from .rebate import settlement_rebate
from .recalculated_schedule import RecalculatedSchedule
from .snapshot import COMPONENTS, ChargeDue, Installment, Transaction, nothing
from .terms import ALLOCATIONS, RECEIVED_AS, AllocationRules, Charge, Event, RuleFor, Terms
from .violations import InvalidTerms

AFTER_WRITE_OFF = ("recovery", "refund", "write_off")


class Replay:
    """Applies events in order to a schedule's installments and keeps what a state tells.

    No fact is refused because another one has since changed what it rests on, and none is lost: it shrinks to what
    there is, or what is short of it becomes owed or overpaid. Each such `Shortfall` is kept; whoever books the fact is
    told.
    """

    def __init__(self, terms: Terms, *, pay_down: bool) -> None:
        self.terms, self.pay_down = terms, pay_down
        self.schedule = FixedSchedule(terms) if terms.fixed_schedule else RecalculatedSchedule(terms)
        self.charging = Charging(terms, self.schedule)
        self.transactions: list[Transaction] = []
        self.tranches: list[tuple[date, Decimal]] = []
        self.shortfalls: list[Shortfall] = []
        self.disbursed_on: date | None = None
        self.closed_on: date | None = None
        self.overpaid = self.recovered = self.disbursed = self.principal_left = ZERO
        self.fees_at_disbursement = self.savings = ZERO
        self.written_off, self.waived = nothing(), nothing()
        self.is_written_off = False
        self._write_off_seq = 0
        self._timeless = terms.fixed_schedule and not terms.moves_with_time
        self._open = 0  # installments before this index are paid
        self._reached = date.min  # the day up to which time has passed
        self._penalties = PenaltyClock(terms.overdue_penalty) if terms.overdue_penalty else None
        self._in_duplum = InDuplum(self.schedule) if terms.in_duplum else None

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

    # Time

    def advance(self, to: date) -> None:
        """Lets time pass: what is overpaid pays what falls due, penalties for what is overdue, interest to the day."""
        if self.disbursed_on is None or self.is_written_off or (self._timeless and not self.overpaid):
            return
        while step := self._next_step(to):
            self._reached = step
            self._pass_to(step)
            if self._penalties and (penalty := self._penalties.next(self.schedule.regular, step)):
                owed = self._penalties.amount(penalty.row, self.terms)
                self._penalties.done(penalty)
                self.charging.owe(penalty.row, "penalties", penalty.dated, self._capped(owed), "Overdue penalty")
                self._open = 0
            self._use_overpaid(step)
        self._pass_to(to)
        self._reached = max(self._reached, to)

    def _next_step(self, to: date) -> date | None:
        """The next day up to `to` on which something happens by itself."""
        penalty = self._penalties and self._penalties.next(self.schedule.regular, to)
        days = [max(penalty.charged_on, self._reached)] if penalty else []
        if self.overpaid > 0:
            days += [d for d in self._days_due() if self._reached < d <= to]
        return min(days, default=None)

    def _days_due(self) -> list[date]:
        rows = [row.due_date for row in self.installments if row.outstanding > 0]
        return [*rows, *(c.date for c in self.charges if c.installment.left(c.component) > 0)]

    def _pass_to(self, day: date) -> None:
        self.schedule.recompute(day)
        if self._in_duplum and (held := self._in_duplum.hold(day)):
            self.waived["interest"] += held

    def _capped(self, amount: Decimal) -> Decimal:
        return min(amount, self._in_duplum.room()) if self._in_duplum else amount

    # Events

    def apply(self, event: Event) -> None:
        """Applies one event on its value date."""
        if self.is_written_off and event.type not in AFTER_WRITE_OFF:
            self._follows_write_off(event)
            if event.type in RECEIVED_AS:
                self._recover(event)
        elif event.type in RECEIVED_AS:
            self._receive(event, RECEIVED_AS[event.type], event.amount)
        else:
            self._apply_other(event)
        if self.overpaid > 0 and not self.is_written_off:
            self._use_overpaid(event.date)
        self._close(event.date)
        if self._in_duplum:
            self._in_duplum.stand(event.date)

    def _apply_other(self, event: Event) -> None:
        if event.type == "disbursement":
            self._disburse(event)
        elif event.type == "add_charge" and event.charge:
            self._add_charge(event, event.charge)
        elif event.type in ("waive_charge", "waive_interest"):
            self._waive(event)
        elif event.type == "refund":
            self._refund(event)
        elif event.type == "write_off":
            self._write_off(event)
        elif event.type == "recovery":
            self._recover(event)
        elif event.type == "reschedule":
            self._reschedule(event)

    def _follows_write_off(self, event: Event) -> None:
        """Nothing but recoveries follows a write-off; refused is whichever of the two is booked later."""
        if event.seq > self._write_off_seq:
            self._short(event, "", "comes after the write-off; only recoveries follow one")
        else:
            where = f"events[seq={self._write_off_seq}].date"
            problem = f"is before what was booked on {event.date}; a write-off comes after it"
            self.shortfalls.append(Shortfall(self._write_off_seq, where, problem))

    def _short(self, event: Event, where: str, problem: str) -> None:
        self.shortfalls.append(Shortfall(event.seq, f"events[seq={event.seq}]{where}", problem))

    def _close(self, value_date: date) -> None:
        # An open installment before the last spares adding up all of them after every receipt.
        rows = self.installments
        if isinstance(self.schedule, RecalculatedSchedule):
            self._open = 0
        while self._open < len(rows) and rows[self._open].paid == rows[self._open].due:
            self._open += 1
        if self._open < len(rows) or self.is_written_off or self.overpaid < 0:
            self.closed_on = value_date if self.is_written_off else None
        else:
            self.closed_on = self.closed_on or value_date

    def _disburse(self, event: Event) -> None:
        first = self.disbursed_on is None
        self.disbursed_on = self.disbursed_on or event.date
        self.disbursed += event.amount
        self.principal_left += event.amount
        self.tranches.append((event.date, event.amount))
        if self.terms.savings_percent:
            self.savings += self.terms.currency.round(event.amount * self.terms.savings_percent / 100)
        changed = self.schedule.disburse(event.date, event.amount)
        self._open = 0
        if self.terms.charges:
            self.fees_at_disbursement += fees_kept(self.terms, event.amount, self.schedule.regular if first else [])
            for charge in self.terms.charges if first else ():
                self.charging.add(charge)
        if not first:
            self.charging.follow(changed)
        self.transactions.append(
            Transaction(event.seq, event.date, "disbursement", event.amount, balance=self.principal_left)
        )
        self._down_payment(event)

    def _down_payment(self, event: Event) -> None:
        """The down payment of a tranche; what was overpaid pays it first, and of a recalculated loan the tranche."""
        down = down_payment(self.terms, event.amount)
        if self.overpaid > 0 and (down or isinstance(self.schedule, RecalculatedSchedule)):
            before = self.overpaid
            if isinstance(self.schedule, RecalculatedSchedule):
                self._pay_out_of_overpaid(self._spread("repayment", before, event.date))
            else:
                self._use_overpaid(event.date)
            down = max(down - before, ZERO)
        if down and self.pay_down:
            self._receive(event, "down_payment", down)

    def _use_overpaid(self, day: date) -> None:
        """What was overpaid pays what is due by `day`: a loan is never overpaid and late at once."""
        if self.overpaid > 0:
            due = self.charging.due_by(day)
            self._pay_out_of_overpaid(pay_what_is_due(self.terms, self.installments, self.overpaid, day, due))
            self._close(day)

    def _pay_out_of_overpaid(self, spread: tuple[list[Part], Decimal]) -> None:
        parts, self.overpaid = spread
        self.principal_left -= sum((amount for _, c, amount in parts if c == "principal"), ZERO)

    def _receive(self, event: Event, kind: RuleFor, amount: Decimal) -> None:
        if not self._timeless:
            self.schedule.settle(event.date)
        if event.type == "pay_off":
            amount = self._pay_off(event)
        back = min(amount, -self.overpaid) if self.overpaid < 0 else ZERO  # of a refund that was not overpaid
        parts, left = self._spread(kind, amount - back, event.date)
        left += back
        if left:
            self.overpaid += left
        split = nothing()
        for _, part, paid in parts:
            split[part] += paid
        self.principal_left -= split["principal"]
        self.transactions.append(Transaction(event.seq, event.date, kind, amount, split, left, self.principal_left))
        if not self._timeless:
            self.schedule.recompute(event.date)

    def _pay_off(self, event: Event) -> Decimal:
        """What a pay-off brings in: the sum that was received where it is told, or exactly what settles the loan.

        A sum that no longer settles it, as something before it was reversed, is a receipt like any other. What was
        overpaid, and unearned interest that was paid ahead, pays first.
        """
        rebate, owed = self._settles(event.date)
        if event.amount and event.amount < owed:
            return event.amount
        for row in self.charging.to_come(event.date):
            self.waived["fees"] += row.left("fees")
            row.due["fees"] = row.paid["fees"]
        self._give_rebate(rebate)
        if self.overpaid > 0:
            self._pay_out_of_overpaid(self._spread("repayment", self.overpaid, event.date))
        return event.amount or owed

    def _settles(self, value_date: date) -> tuple[Decimal, Decimal]:
        """The interest given back for settling on the day, and what is then asked for.

        Fees of installments that have not begun are not asked for, and what is overpaid pays first.
        """
        rebate = settlement_rebate(self.terms, self.schedule.regular, self.tranches, value_date)
        if self._in_duplum:
            rebate += self._in_duplum.beyond(rebate)
        fees = sum((row.left("fees") for row in self.charging.to_come(value_date)), ZERO)
        return rebate, max(self.outstanding() - rebate - fees - self.overpaid, ZERO)

    def _spread(self, kind: RuleFor, amount: Decimal, value_date: date) -> tuple[list[Part], Decimal]:
        allocation, rows = self.terms.allocation, self.schedule.payable(value_date)
        if isinstance(allocation, AllocationRules):
            rule = allocation.rule(kind)
            parts, left = allocate_by_rule(rows, amount, value_date, rule, allocation.processing, self.terms.currency)
        else:
            first = self._open if isinstance(self.schedule, FixedSchedule) else 0
            charges = self.charging.due_by(value_date) if allocation.startswith("due_") else {}
            parts, left = allocate(rows, amount, value_date, allocation, charges, first)
        if not self._timeless:
            self.schedule.note(parts, value_date)
        if left > 0:
            more, left = self.schedule.absorb(left, value_date)
            parts = [*parts, *more]
        if left > 0 and len(rows) < len(self.installments):  # charges of installments to come
            more, left = allocate(self.installments, left, value_date, ALLOCATIONS[0], {})
            self.schedule.note(more, value_date)
            parts = [*parts, *more]
        return parts, left

    def _give_rebate(self, rebate: Decimal) -> None:
        """Takes unearned interest off the last installments; what was paid of it is overpaid, and pays the rest."""
        for row in reversed(self.schedule.regular):
            part = min(rebate, row.due["interest"])
            paid = min(max(part - row.left("interest"), ZERO), row.paid["interest"])
            row.paid["interest"] -= paid
            row.paid_in_advance -= min(paid, row.paid_in_advance)
            self.overpaid += paid
            self.schedule.waive_interest(row, part)
            self.waived["interest"] += part
            rebate -= part
        self._open = 0

    def payoff(self, value_date: date) -> Decimal | None:
        """What settles the loan on `value_date`: interest to the day where it is recalculated, less rebate and fees.

        None where that is simply all that is outstanding.
        """
        if self.is_written_off:
            return None
        self.schedule.settle(value_date)
        _, owed = self._settles(value_date)
        self.schedule.recompute(value_date)
        return owed

    def _add_charge(self, event: Event, charge: Charge) -> None:
        room = self._in_duplum.room() if self._in_duplum and charge.kind == "penalty" else None
        if over := self.charging.add(charge, room):
            left = f"only {room} of interest and penalties may still be charged (in duplum)"
            self.shortfalls.append(Shortfall(event.seq, f"events[seq={event.seq}].charge.amount", left, refuses=False))
            del over
        self._open = 0

    def _waive(self, event: Event) -> None:
        """Gives up interest or a charge: of one installment, or from the oldest on. It shrinks to what there is."""
        kind = "interest" if event.type == "waive_interest" else event.component or "fees"
        rows = [r for r in self.installments if event.installment in (None, r.n)]
        left, split = event.amount, nothing()
        for row in rows:
            part = min(left, row.left(kind))
            if part <= 0:
                continue
            if kind == "interest" and row.kind == "regular":
                self.schedule.waive_interest(row, part)
            else:
                row.due[kind] -= part
            split[kind] += part
            left -= part
        waived = event.amount - left
        if left > 0:
            self._short(event, ".amount", f"is more than the {waived} of {kind} outstanding")
        self.waived[kind] += waived
        self._show(event, waived, split)

    def _refund(self, event: Event) -> None:
        """Pays back what is overpaid; what turns out not to be becomes owed again.

        Where not even so much was paid, `overpaid` goes below zero, and the next receipt fills that first.
        """
        back = min(event.amount, max(self.overpaid, ZERO))
        split = nothing()
        if back < event.amount:
            self._short(event, ".amount", f"is more than the {self.overpaid} overpaid")
            parts = take_back(self.installments, event.amount - back, event.date)
            self.schedule.note(parts, event.date)
            for _, component, amount in parts:
                split[component] += amount
            self.principal_left -= split["principal"]
            self.schedule.recompute(event.date)
            self._open = 0
        left = -event.amount - sum(split.values(), ZERO)
        self.overpaid += left
        self.transactions.append(
            Transaction(event.seq, event.date, "refund", event.amount, split, left, self.principal_left)
        )

    def _write_off(self, event: Event) -> None:
        """Gives up all that is outstanding; what comes in later is a recovery."""
        self.schedule.settle(event.date)
        if self.overpaid > 0:
            self._pay_out_of_overpaid(self._spread("repayment", self.overpaid, event.date))
        split = {c: sum((r.left(c) for r in self.installments), ZERO) for c in COMPONENTS}
        owed = sum(split.values(), ZERO)
        if owed <= 0:
            self._short(event, "", "nothing is outstanding that could be written off")
            return
        if event.amount and event.amount != owed:
            self._short(event, ".amount", f"is not the {owed} outstanding on that day")
        self.schedule.freeze()
        for row in self.installments:
            for c in COMPONENTS:
                row.due[c] = row.paid[c]
        self.written_off = split
        self.is_written_off, self._write_off_seq = True, event.seq
        self.principal_left -= split["principal"]
        self._show(event, owed, split)

    def _recover(self, event: Event) -> None:
        """Takes in what comes after a write-off; what is more than was given up is overpaid."""
        room = sum(self.written_off.values(), ZERO) - self.recovered
        if not self.is_written_off:
            self._short(event, "", "is a recovery on a loan that is not written off")
        elif event.amount > room:
            self._short(event, ".amount", f"is more than the {room} written off and not recovered yet")
        recovered = min(event.amount, room)
        self.recovered += recovered
        self.overpaid += event.amount - recovered
        over = event.amount - recovered
        self.transactions.append(
            Transaction(event.seq, event.date, "recovery", event.amount, nothing(), over, self.principal_left)
        )

    def _reschedule(self, event: Event) -> None:
        """Holds the loan to new terms; they touch nothing before their `from`."""
        if event.terms is None:
            return
        try:
            changed = self.schedule.restructure(event.terms, event.date)
        except InvalidTerms as error:
            for violation in error.violations:
                self._short(event, f".{violation.path}", violation.problem)
            return
        self.charging.follow(changed)
        self._open = 0

    def _show(self, event: Event, amount: Decimal, split: dict[str, Decimal]) -> None:
        self.transactions.append(
            Transaction(event.seq, event.date, event.type, amount, split, ZERO, self.principal_left)
        )
