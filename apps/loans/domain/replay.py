"""The state of a loan while its events are applied to it, one after the other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .charges import fees_kept
from .fixed_schedule import down_payment
from .money import ZERO
from .overpayment import Shortfall, take_back
from .recalculated_schedule import RecalculatedSchedule
from .remaining import Remaining, earned_before
from .snapshot import COMPONENTS, Brought, Transaction, nothing
from .standing import Standing
from .take_on import remaining_of
from .terms import RECEIVED_AS, Charge, Event, RuleFor, TakeOn
from .violations import InvalidTerms

AFTER_WRITE_OFF = ("recovery", "refund", "write_off")


class Replay(Standing):
    """Applies events in order to a schedule's installments and keeps what a state tells.

    No fact is refused because another one has since changed what it rests on, and none is lost: it shrinks to what
    there is, or what is short of it becomes owed or overpaid. Each such `Shortfall` is kept; whoever books the fact is
    told.
    """

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
            self.use_overpaid(event.date)
        self.close(event.date)
        if self.in_duplum:
            self.in_duplum.stand(event.date)

    def _apply_other(self, event: Event) -> None:
        if event.type == "disbursement":
            self._disburse(event)
        elif event.type == "take_on" and event.take_on:
            self._take_on(event, event.take_on)
        elif event.type == "cut_over":
            self._cut_over(event.date)
        elif event.type == "add_charge" and event.charge:
            self._add_charge(event.charge)
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
        if event.seq > self.write_off_seq:
            self.short(event, "", "comes after the write-off; only recoveries follow one")
        else:
            where = f"events[seq={self.write_off_seq}].date"
            problem = f"is before what was booked on {event.date}; a write-off comes after it"
            self.shortfalls.append(Shortfall(self.write_off_seq, where, problem))

    def _disburse(self, event: Event) -> None:
        first = self.disbursed_on is None
        self.disbursed_on = self.disbursed_on or event.date
        self.disbursed += event.amount
        self.principal_left += event.amount
        self.tranches.append((event.date, event.amount))
        if self.terms.savings_percent:
            self.savings += self.terms.currency.round(event.amount * self.terms.savings_percent / 100)
        changed = self.schedule.disburse(event.date, event.amount)
        self.first_open = 0
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

    def _take_on(self, event: Event, taken: TakeOn) -> None:
        """Goes on from the figures of another system: they stand on the day, and it counts from then."""
        day, principal = event.date, self.terms.principal
        remaining = remaining_of(self.terms, day, taken, f"events[seq={event.seq}].take_on")
        self.disbursed_on, self.disbursed = taken.disbursed_on, principal
        self.brought.taken_on = self.counted_from = day
        self.brought.repaid = self.charging.repaid_before = principal - taken.principal
        self.principal_left = taken.principal
        self.tranches.append((taken.disbursed_on, principal))
        self.schedule.take_on(remaining)
        for charge in self.terms.charges:
            self.charging.go_on(charge, day)
        self._bring(taken, remaining)
        if self.penalties:
            self.penalties.skip(self.schedule.regular, day)
        self.transactions.append(Transaction(event.seq, day, "take_on", taken.principal, balance=self.principal_left))

    def _bring(self, taken: TakeOn, remaining: Remaining) -> None:
        """Marks what stood on the books of the other system, by installment, and adds its fees and penalties."""
        rows, late = self.schedule.regular, len(remaining.overdue)
        for row in rows[:late]:
            row.brought = {**nothing(), "interest": row.due["interest"]}
        if remaining.brought:
            bearing = next((row for row in rows[late:] if row.due["interest"] > 0), rows[late])
            bearing.brought = {**nothing(), "interest": remaining.brought}
        charges = {"fees": taken.fees, "penalties": taken.penalties}
        self.charging.bring(rows[0], charges, remaining.day)
        rows[0].brought = {**(rows[0].brought or nothing()), **charges}
        interest = taken.overdue_interest + (ZERO if remaining.matured else remaining.brought)
        self.brought.opening |= {"principal": taken.principal, "interest": interest, **charges}

    def _cut_over(self, day: date) -> None:
        """Marks what stood when the loan was taken on with its history: it is no income from then on."""
        stood = nothing()
        for row in self.installments:
            row.brought = earned_before(row, day, self.terms)
            if row.start < day < row.due_date:
                row.start = day  # what it earns from then on, it earns in what is left of its period
            for component, amount in row.brought.items():
                stood[component] += amount
        paid = {c: sum((row.paid[c] for row in self.installments), ZERO) for c in COMPONENTS}
        opening = {c: stood[c] - paid[c] for c in COMPONENTS}
        opening |= {"savings": self.savings, "overpaid": self.overpaid}
        self.brought = Brought(day, ZERO, opening, paid, self.fees_at_disbursement)

    def _down_payment(self, event: Event) -> None:
        """The down payment of a tranche; what was overpaid pays it first, and of a recalculated loan the tranche."""
        down = down_payment(self.terms, event.amount)
        if self.overpaid > 0 and (down or isinstance(self.schedule, RecalculatedSchedule)):
            before = self.overpaid
            if isinstance(self.schedule, RecalculatedSchedule):
                self.pay_out_of_overpaid(self.spread("repayment", before, event.date))
            else:
                self.use_overpaid(event.date)
            down = max(down - before, ZERO)
        if down and self.pay_down:
            self._receive(event, "down_payment", down)

    def _receive(self, event: Event, kind: RuleFor, amount: Decimal) -> None:
        if not self.timeless:
            self.schedule.settle(event.date)
        if event.type == "pay_off":
            amount = self._pay_off(event)
        if self.overpaid < 0:  # a refund of what was not overpaid is filled first
            back = min(amount, -self.overpaid)
            parts, left = self.spread(kind, amount - back, event.date)
            left += back
        else:
            parts, left = self.spread(kind, amount, event.date)
        if left:
            self.overpaid += left
        split = nothing()
        for _, part, paid in parts:
            split[part] += paid
        self.principal_left -= split["principal"]
        movement = Transaction(event.seq, event.date, kind, amount, split, left, self.principal_left, parts=parts)
        self.transactions.append(movement)
        if not self.timeless:
            self.schedule.recompute(event.date)

    def _pay_off(self, event: Event) -> Decimal:
        """What a pay-off brings in: the sum that was received where it is told, or exactly what settles the loan.

        A sum that no longer settles it, as something before it was reversed, is a receipt like any other. What was
        overpaid, and unearned interest that was paid ahead, pays first.
        """
        settlement = self.settles(event.date)
        if event.amount and event.amount < settlement.owed:
            return event.amount
        for row in self.charging.to_come(event.date):
            self.waived["fees"] += row.left("fees")
            row.due["fees"] = row.paid["fees"]
        self._give_rebate(settlement.interest)
        if self.in_duplum:
            self.in_duplum.forgive(settlement.penalties)
            self.waived["penalties"] += settlement.penalties
        if self.overpaid > 0:
            self.pay_out_of_overpaid(self.spread("repayment", self.overpaid, event.date))
        return event.amount or settlement.owed

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
        self.first_open = 0

    def _add_charge(self, charge: Charge) -> None:
        """Charges; in duplum a penalty shrinks to what may be charged (who enters it is told before: `chargeable`)."""
        self.charging.add(charge, self.chargeable if charge.kind == "penalty" else None)
        self.first_open = 0

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
            self.short(event, ".amount", f"is more than the {waived} of {kind} outstanding")
        self.waived[kind] += waived
        self.show(event, waived, split)

    def _refund(self, event: Event) -> None:
        """Pays back what is overpaid; what turns out not to be becomes owed again.

        Where not even so much was paid, `overpaid` goes below zero, and the next receipt fills that first.
        """
        back = min(event.amount, max(self.overpaid, ZERO))
        split = nothing()
        if back < event.amount:
            self.short(event, ".amount", f"is more than the {self.overpaid} overpaid")
            parts = take_back(self.installments, event.amount - back, event.date)
            self.schedule.note(parts, event.date)
            for _, component, amount in parts:
                split[component] += amount
            self.principal_left -= split["principal"]
            self.schedule.recompute(event.date)
            self.first_open = 0
        left = -event.amount - sum(split.values(), ZERO)
        self.overpaid += left
        self.transactions.append(
            Transaction(event.seq, event.date, "refund", event.amount, split, left, self.principal_left)
        )

    def _write_off(self, event: Event) -> None:
        """Gives up all that is outstanding; what comes in later is a recovery."""
        self.schedule.settle(event.date)
        if self.overpaid > 0:
            self.pay_out_of_overpaid(self.spread("repayment", self.overpaid, event.date))
        split = {c: sum((r.left(c) for r in self.installments), ZERO) for c in COMPONENTS}
        owed = sum(split.values(), ZERO)
        if owed <= 0:
            self.short(event, "", "nothing is outstanding that could be written off")
            return
        if event.amount and event.amount != owed:
            self.short(event, ".amount", f"is not the {owed} outstanding on that day")
        self.schedule.freeze()
        for row in self.installments:
            for c in COMPONENTS:
                row.due[c] = row.paid[c]
        self.written_off = split
        self.is_written_off, self.write_off_seq = True, event.seq
        self.principal_left -= split["principal"]
        self.show(event, owed, split)

    def _recover(self, event: Event) -> None:
        """Takes in what comes after a write-off; what is more than was given up is overpaid."""
        room = sum(self.written_off.values(), ZERO) - self.recovered
        if not self.is_written_off:
            self.short(event, "", "is a recovery on a loan that is not written off")
        elif event.amount > room:
            self.short(event, ".amount", f"is more than the {room} written off and not recovered yet")
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
                self.short(event, f".{violation.path}", violation.problem)
            return
        self.charging.follow(changed)
        self.first_open = 0
