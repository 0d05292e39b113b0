"""The state of a loan while its events are applied to it, one after the other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .allocation import ChargesDue, Part, allocate
from .allocation_rules import allocate_by_rule
from .charges import charge_amount, component, fees_kept
from .fixed_schedule import FixedSchedule, down_payment
from .money import ZERO
from .penalties import PenaltyClock
from .rebate import settlement_rebate
from .recalculated_schedule import RecalculatedSchedule
from .snapshot import COMPONENTS, ChargeDue, Installment, Transaction, nothing
from .terms import ALLOCATIONS, RECEIVED_AS, AllocationRules, Charge, Event, RuleFor, Terms
from .violations import InvalidTerms


class Replay:
    """Applies events in order to a schedule's installments and keeps what a state tells."""

    def __init__(self, terms: Terms, schedule: FixedSchedule | RecalculatedSchedule, *, pay_down: bool) -> None:
        self.terms, self.schedule, self.pay_down = terms, schedule, pay_down
        self.charges: list[ChargeDue] = []
        self.transactions: list[Transaction] = []
        self.tranches: list[tuple[date, Decimal]] = []
        self.disbursed_on: date | None = None
        self.closed_on: date | None = None
        self.overpaid = self.recovered = self.disbursed = self.principal_left = ZERO
        self.fees_at_disbursement = self.savings = ZERO
        self.written_off, self.waived = nothing(), nothing()
        self.is_written_off = False
        self._timeless = isinstance(schedule, FixedSchedule) and not terms.overdue_penalty
        self._open = 0  # installments before this index are paid
        self._penalties = PenaltyClock(terms.overdue_penalty) if terms.overdue_penalty else None

    @property
    def installments(self) -> list[Installment]:
        return self.schedule.installments

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
        """Lets time pass: penalties for what is overdue, interest counted up to the day."""
        if self._timeless or self.disbursed_on is None or self.is_written_off:
            return
        while self._penalties and (penalty := self._penalties.next(self.schedule.regular, to)):
            self.schedule.recompute(penalty.charged_on)
            owed = self._penalties.amount(penalty.row, self.terms)
            self._penalties.done(penalty)
            self._owe(penalty.row, "penalties", penalty.dated, self._capped(owed), "Overdue penalty")
        self.schedule.recompute(to)

    def _capped(self, amount: Decimal) -> Decimal:
        """In duplum: unpaid interest and penalties together never exceed the principal outstanding."""
        if not self.terms.in_duplum:
            return amount
        unpaid = sum((row.left("interest") + row.left("penalties") for row in self.installments), ZERO)
        principal = sum((row.left("principal") for row in self.installments), ZERO)
        return min(amount, max(principal - unpaid, ZERO))

    # Events

    def apply(self, event: Event) -> None:
        """Applies one event on its value date.

        Raises:
            InvalidTerms: it asks for more than there is.
        """
        if event.type in RECEIVED_AS:
            self._receive(event, RECEIVED_AS[event.type], event.amount)
        elif event.type == "disbursement":
            self._disburse(event)
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
        elif event.type == "reschedule" and event.terms and isinstance(self.schedule, RecalculatedSchedule):
            self.schedule.restructure(event.terms, event.date)
        self._close(event.date)

    def _close(self, value_date: date) -> None:
        # An open installment before the last spares adding up all of them after every receipt.
        rows = self.installments
        if isinstance(self.schedule, RecalculatedSchedule):
            self._open = 0
        while self._open < len(rows) and rows[self._open].paid == rows[self._open].due:
            self._open += 1
        if self._open < len(rows) or self.is_written_off:
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
        if isinstance(self.schedule, RecalculatedSchedule):
            self.schedule.disburse(event.date, event.amount)
            self._open = 0
        if self.terms.charges:
            self.fees_at_disbursement += fees_kept(self.terms, event.amount, self.schedule.regular if first else [])
        if first:
            for charge in self.terms.charges:
                self._add_charge(charge)
        self.transactions.append(
            Transaction(event.seq, event.date, "disbursement", event.amount, balance=self.principal_left)
        )
        self._down_payment(event)

    def _down_payment(self, event: Event) -> None:
        down = down_payment(self.terms, event.amount)
        if isinstance(self.schedule, RecalculatedSchedule) and self.overpaid:
            # What was overpaid pays the new tranche first; the down payment is what it leaves.
            before, self.overpaid = self.overpaid, ZERO
            parts, self.overpaid = self._spread("repayment", before, event.date)
            self.principal_left -= sum((a for _, c, a in parts if c == "principal"), ZERO)
            down = max(down - before, ZERO)
        if down and self.pay_down:
            self._receive(event, "down_payment", down)

    def _receive(self, event: Event, kind: RuleFor, amount: Decimal) -> None:
        if not self._timeless:
            self.schedule.settle(event.date)
        if event.type == "pay_off":
            amount = self._pay_off(event)
        parts, left = self._spread(kind, amount, event.date)
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

        A sum that no longer settles it, as something before it was reversed, is a receipt like any other.
        """
        rebate = settlement_rebate(self.terms, self.schedule.regular, self.disbursed, event.date)
        owed = self.outstanding() - rebate
        if event.amount and event.amount < owed:
            return event.amount
        self._give_rebate(rebate)
        return event.amount or owed

    def _spread(self, kind: RuleFor, amount: Decimal, value_date: date) -> tuple[list[Part], Decimal]:
        allocation, rows = self.terms.allocation, self.schedule.payable(value_date)
        if isinstance(allocation, AllocationRules):
            rule = allocation.rule(kind)
            parts, left = allocate_by_rule(rows, amount, value_date, rule, allocation.processing, self.terms.currency)
        else:
            first = self._open if isinstance(self.schedule, FixedSchedule) else 0
            charges = self._charges_due(value_date) if allocation.startswith("due_") else {}
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

    def _charges_due(self, value_date: date) -> ChargesDue:
        due: ChargesDue = {}
        for charge in self.charges:
            if charge.date <= value_date:
                key = (id(charge.installment), charge.component)
                due[key] = due.get(key, ZERO) + charge.amount
        return due

    def _give_rebate(self, rebate: Decimal) -> None:
        """Takes unearned interest off the last installments, as agreed for an early settlement."""
        for row in reversed(self.schedule.regular):
            part = min(rebate, row.left("interest"))
            row.due["interest"] -= part
            self.waived["interest"] += part
            rebate -= part

    def payoff(self, value_date: date) -> Decimal | None:
        """What settles the loan on `value_date`: with interest to the day where it is recalculated, less any rebate.

        None where that is simply all that is outstanding.
        """
        if self.is_written_off or (isinstance(self.schedule, FixedSchedule) and self.terms.settlement_rebate == "none"):
            return None
        self.schedule.settle(value_date)
        owed = self.outstanding()
        self.schedule.recompute(value_date)
        return owed - settlement_rebate(self.terms, self.schedule.regular, self.disbursed, value_date)

    def _add_charge(self, charge: Charge) -> None:
        if charge.timing == "disbursement":
            return
        rows = self.schedule.regular
        if charge.timing == "each_installment":
            for row in rows:
                amount = charge_amount(charge, self.terms, row.due["principal"], row.due["interest"])
                self._owe(row, component(charge), row.due_date, amount, charge.name)
            return
        principal = sum((r.due["principal"] for r in rows), ZERO)
        interest = sum((r.due["interest"] for r in rows), ZERO)
        due = charge.due_date or rows[0].due_date
        amount = charge_amount(charge, self.terms, principal, interest)
        self._owe(self._bearing(due), component(charge), due, amount, charge.name)

    def _owe(self, row: Installment, kind: str, due: date, amount: Decimal, name: str) -> None:
        row.due[kind] += amount
        self.charges.append(ChargeDue(row, kind, due, amount, name))
        self._open = 0

    def _bearing(self, due: date) -> Installment:
        """The installment whose period (from, due] holds the date; one more where it lies past the last."""
        for row in self.schedule.regular:
            if due <= row.due_date:
                return row
        last = self.installments[-1]
        if last.kind == "additional":
            last.due_date = max(last.due_date, due)
            return last
        extra = Installment(last.n + 1, last.due_date, due, ZERO, nothing(), kind="additional")
        self.schedule.installments.append(extra)
        if isinstance(self.schedule, RecalculatedSchedule):
            self.schedule.others.append(extra)
        return extra

    def _waive(self, event: Event) -> None:
        """Gives up interest or a charge: of one installment, or from the oldest on."""
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
        if left > 0:
            owed = event.amount - left
            raise InvalidTerms.at(f"events[seq={event.seq}].amount", f"is more than the {owed} of {kind} outstanding")
        self.waived[kind] += event.amount
        self._show(event, event.amount, split)

    def _refund(self, event: Event) -> None:
        if event.amount > self.overpaid:
            raise InvalidTerms.at(f"events[seq={event.seq}].amount", f"is more than the {self.overpaid} overpaid")
        self.overpaid -= event.amount
        self.transactions.append(
            Transaction(event.seq, event.date, "refund", event.amount, nothing(), -event.amount, self.principal_left)
        )

    def _write_off(self, event: Event) -> None:
        """Gives up all that is outstanding; what comes in later is a recovery."""
        self.schedule.settle(event.date)
        split = {c: sum((r.left(c) for r in self.installments), ZERO) for c in COMPONENTS}
        owed = sum(split.values(), ZERO)
        if owed <= 0:
            raise InvalidTerms.at(f"events[seq={event.seq}]", "nothing is outstanding that could be written off")
        if event.amount and event.amount != owed:
            raise InvalidTerms.at(f"events[seq={event.seq}].amount", f"is not the {owed} outstanding on that day")
        self.schedule.freeze()
        for row in self.installments:
            for c in COMPONENTS:
                row.due[c] = row.paid[c]
        self.written_off = split
        self.is_written_off = True
        self.principal_left -= split["principal"]
        self._show(event, owed, split)

    def _recover(self, event: Event) -> None:
        if not self.is_written_off:
            raise InvalidTerms.at(f"events[seq={event.seq}]", "is a recovery on a loan that is not written off")
        self.recovered += event.amount
        self._show(event, event.amount, nothing())

    def _show(self, event: Event, amount: Decimal, split: dict[str, Decimal]) -> None:
        self.transactions.append(
            Transaction(event.seq, event.date, event.type, amount, split, ZERO, self.principal_left)
        )
