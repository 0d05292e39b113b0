"""The charges of one loan: on which installment each is owed, and what becomes of them when the schedule changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from .allocation import ChargesDue
from .charges import charge_amount, component
from .fixed_schedule import FixedSchedule
from .money import ZERO
from .recalculated_schedule import RecalculatedSchedule
from .snapshot import ChargeDue, Installment, nothing
from .terms import Charge, Terms


class Charging:
    """Puts charges on installments. A charge of each installment is also one of those that are added later."""

    def __init__(self, terms: Terms, schedule: FixedSchedule | RecalculatedSchedule) -> None:
        self.terms, self.schedule = terms, schedule
        self.charges: list[ChargeDue] = []
        self._of_each: list[Charge] = []
        self.repaid_before = ZERO  # principal, before the loan was taken on

    def add(self, charge: Charge, room: Decimal | None = None) -> None:
        """Charges once, or each installment; nothing where it was kept back at disbursement.

        `room` is the most that may be charged, where there is a limit.
        """
        if charge.timing == "disbursement":
            return
        if charge.timing == "each_installment":
            self._of_each.append(charge)
            self._charge_each(charge, 0)
            return
        rows = self.schedule.regular
        principal = sum((r.due["principal"] for r in rows), self.repaid_before)
        interest = sum((r.due["interest"] for r in rows), ZERO)
        due = charge.due_date or rows[0].due_date
        amount = charge_amount(charge, self.terms, principal, interest)
        charged = amount if room is None else min(amount, room)
        if charged or not amount:
            self.owe(self._bearing(due), component(charge), due, charged, charge.name)

    def go_on(self, charge: Charge, day: date) -> None:
        """Charges what the terms say of a loan that is taken on, from `day` on; what came before it has been."""
        if charge.timing == "each_installment":
            self._of_each.append(charge)
            first = next((n for n, row in enumerate(self.schedule.regular) if row.due_date >= day), None)
            if first is not None:
                self._charge_each(charge, first)
        elif charge.timing == "due_date" and charge.due_date and charge.due_date >= day:
            self.add(charge)

    def bring(self, row: Installment, amounts: dict[str, Decimal], day: date) -> None:
        """Owes fees and penalties that were outstanding when the loan was taken on."""
        for kind, amount in amounts.items():
            if amount:
                self.owe(row, kind, min(row.due_date, day), amount, "Brought forward")

    def owe(self, row: Installment, kind: str, due: date, amount: Decimal, name: str) -> None:
        """Adds a charge of `amount` to the installment."""
        row.due[kind] += amount
        self.charges.append(ChargeDue(row, kind, due, amount, name))

    def follow(self, first: int) -> None:
        """Charges each installment from index `first` on by what is now due on it, as a tranche or new terms left it.

        What was waived of it stays waived, and what was paid stays paid.
        """
        for charge in self._of_each:
            self._charge_each(charge, first)

    def _charge_each(self, charge: Charge, first: int) -> None:
        kind = component(charge)
        standing = {id(c.installment): n for n, c in enumerate(self.charges) if c.of is charge}
        for row in self.schedule.regular[first:]:
            amount = charge_amount(charge, self.terms, row.due["principal"], row.due["interest"])
            n = standing.get(id(row))
            if n is None:
                row.due[kind] += amount
                self.charges.append(ChargeDue(row, kind, row.due_date, amount, charge.name, charge))
            else:
                before = self.charges[n]
                row.due[kind] = max(row.due[kind] + amount - before.amount, row.paid[kind])
                self.charges[n] = replace(before, amount=amount, date=row.due_date)

    def _bearing(self, due: date) -> Installment:
        """The installment whose period (from, due] holds the date; one more for each day that lies past the last.

        So what is owed past the last installment is late since its own day, and no later charge moves that.
        """
        for row in self.schedule.regular:
            if due <= row.due_date:
                return row
        added = [row for row in self.schedule.others if row.kind == "additional"]
        for row in added:
            if row.due_date == due:
                return row
        before = max([self.schedule.regular[-1].due_date, *(r.due_date for r in added if r.due_date < due)])
        after = min((r for r in added if r.due_date > due), key=lambda r: r.due_date, default=None)
        if after:
            after.start = due
        extra = Installment(0, before, due, ZERO, nothing(), kind="additional")
        self.schedule.others.append(extra)
        self.schedule.arrange()
        self.schedule.number()
        return extra

    def due_by(self, day: date) -> ChargesDue:
        """The charges whose own day has come, by id of the installment and component."""
        due: ChargesDue = {}
        for charge in self.charges:
            if charge.date <= day:
                key = (id(charge.installment), charge.component)
                due[key] = due.get(key, ZERO) + charge.amount
        return due

    def to_come(self, value_date: date) -> list[Installment]:
        """The installments whose fees a settlement on `value_date` does not ask for: those not begun by then.

        A period is (from, due], the first including its first day.
        """
        rows = [
            *self.schedule.regular[len(self.schedule.overdue) + 1 :],
            *(r for r in self.schedule.others if r.kind == "additional"),
        ]
        return [row for row in rows if row.start >= value_date and row.left("fees") > 0]
