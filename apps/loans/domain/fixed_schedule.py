"""The installments of a loan whose schedule is fixed by what is paid out and agreed: the cumulative kind.

It holds the installments and knows what a payment may touch and what settles the loan. `recalculated_schedule.py` has
the kind whose installments change with what is paid.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .allocation import Part
from .installment_periods import InstallmentPeriod
from .money import ZERO, to_multiple
from .remaining import Remaining
from .schedule import Plan, PlannedRow
from .snapshot import Installment, nothing
from .terms import Restructuring, Terms


def down_payment(terms: Terms, amount: Decimal) -> Decimal:
    """What is paid back at once of `amount` paid out."""
    if not terms.down_payment_percent:
        return ZERO
    part = amount * terms.down_payment_percent / 100
    if terms.installment_multiple:
        part = to_multiple(part, terms.installment_multiple, terms.round_mode)
    return min(terms.currency.round(part, terms.round_mode), amount)


def down_payment_installment(day: date, amount: Decimal) -> Installment:
    """A down payment as an installment of its own, on the day of the pay-out."""
    due = nothing()
    due["principal"] = amount
    return Installment(0, day, day, ZERO, due, kind="down_payment")


def number(
    installments: list[Installment], disbursements: list[tuple[date, Decimal]], *, before_tranche: bool, start: int = 1
) -> None:
    """Sorts by due date, numbers from `start`, and sets each `balance`: the principal left once it fell due as planned.

    `before_tranche`: on the day of a pay-out a regular installment comes before it and its down payment.
    """
    first, second = ("regular", "down_payment") if before_tranche else ("down_payment", "regular")
    rank = {first: 0, second: 1, "additional": 2}
    installments.sort(key=lambda row: (row.due_date, rank[row.kind]))
    if len(disbursements) == 1:
        balance = disbursements[0][1]
        for n, row in enumerate(installments, start=start):
            balance -= row.due["principal"]
            row.n, row.balance = n, balance
        return
    balance = ZERO
    taken = 0
    for n, row in enumerate(installments, start=1):
        last = n == len(installments)
        while taken < len(disbursements) and (
            last or _is_out(disbursements[taken][0], row, before_tranche=before_tranche)
        ):
            balance += disbursements[taken][1]
            taken += 1
        balance -= row.due["principal"]
        row.n, row.balance = n, balance


def _is_out(day: date, row: Installment, *, before_tranche: bool) -> bool:
    return day < row.due_date or (day == row.due_date and not (before_tranche and row.kind == "regular"))


class FixedSchedule:
    """Installments that stand whatever is paid; a tranche or new terms change those from its own on alone."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.plan = Plan(terms)
        self.regular: list[Installment] = []
        self.overdue: list[Installment] = []  # those of them that fell due before the loan was taken on
        self.first = 1  # the number of the first installment
        self.others: list[Installment] = []  # down payments, and what a charge after the last installment added
        self.installments: list[Installment] = []
        self.disbursements: list[tuple[date, Decimal]] = []
        self._given_up: dict[int, Decimal] = {}  # interest by id of the row

    def take_on(self, remaining: Remaining) -> None:
        """Goes on with a loan that another system counted until a day: what is overdue stands, the rest is planned."""
        self.overdue, self.first = remaining.overdue_installments(), remaining.first_number
        self.regular = [*self.overdue]
        self.disbursements.append((remaining.day, remaining.outstanding))
        self.plan.take_on(remaining)
        self._take(0)

    def disburse(self, day: date, amount: Decimal) -> int:
        """Takes a tranche in; tells the index of the first regular installment that it changed."""
        down = down_payment(self.terms, amount)
        self.disbursements.append((day, amount))
        if down:
            row = down_payment_installment(day, down)
            self.others.append(row)
            self._pay_from_ahead(row)
        return self._take(self.plan.lend(day, amount - down))

    def _pay_from_ahead(self, down: Installment) -> None:
        """Principal paid ahead on later installments pays the down payment first: it is due before them."""
        for row in reversed(self.regular):
            if row.due_date > down.due_date:
                amount = min(down.left("principal"), row.paid["principal"], row.paid_in_advance)
                _move_paid(row, down, "principal", amount)

    def restructure(self, change: Restructuring, day: date) -> int:
        """Holds the loan to new terms; tells the index of the first regular installment that they changed.

        Raises:
            InvalidTerms: something is restructured that does not exist.
        """
        return self._take(self.plan.change(change))

    def _take(self, first: int) -> int:
        """Brings the installments from index `first` of the plan on to it; what is paid on them stays paid."""
        rows, standing = self.plan.rows, len(self.overdue)
        planned = self.regular[standing:]
        first = min(first, len(planned))
        for k in range(first, min(len(rows), len(planned))):
            row, period = planned[k], self.plan.periods[k]
            row.start, row.due_date = period.start, period.due_date
            self._owe(row, rows[k].principal, rows[k].interest)
        if len(planned) > len(rows):
            self._drop_after(standing + len(rows))
        fresh = range(len(self.regular) - standing, len(rows))
        self.regular += [_installment(self.plan.periods[k], rows[k]) for k in fresh]
        if len(fresh) < len(rows):
            reseat(self.regular)
        self.arrange()
        self.number()
        return standing + first

    def _drop_after(self, count: int) -> None:
        """Takes out installments that the plan has no more, but not what is charged or paid on them."""
        for row in self.regular[count:]:
            self._owe(row, ZERO, ZERO)
        kept = [row for row in self.regular[count:] if row.total_due or row.total_paid]
        self.regular[count:] = kept

    def _owe(self, row: Installment, principal: Decimal, interest: Decimal) -> None:
        row.due["principal"] = principal
        row.due["interest"] = max(interest - self._given_up.get(id(row), ZERO), ZERO)

    def arrange(self) -> None:
        """Puts the installments together with what others there are."""
        self.installments = [*self.regular, *self.others]

    def number(self) -> None:
        """Sorts and numbers what is due."""
        number(self.installments, self.disbursements, before_tranche=False, start=self.first)

    def settle(self, value_date: date) -> None:
        """Nothing changes: what is due is due whatever the day."""

    def recompute(self, value_date: date) -> None:
        """Nothing changes with time."""

    def payable(self, value_date: date) -> list[Installment]:
        """The installments that a payment on `value_date` may reach."""
        return self.installments

    def note(self, parts: list[Part], value_date: date) -> None:
        """Payments leave the schedule as it is."""

    def absorb(self, amount: Decimal, value_date: date) -> tuple[list[Part], Decimal]:
        """What is left when everything is paid is an overpayment: nothing is taken."""
        return [], amount

    def waive_interest(self, row: Installment, amount: Decimal) -> None:
        """Takes interest off the installment, for good."""
        row.due["interest"] -= amount
        self._given_up[id(row)] = self._given_up.get(id(row), ZERO) + amount

    def freeze(self) -> None:
        """Nothing changes anyway."""


def _installment(period: InstallmentPeriod, plan: PlannedRow) -> Installment:
    due = {"penalties": ZERO, "fees": ZERO, "interest": plan.interest, "principal": plan.principal}
    return Installment(0, period.start, period.due_date, ZERO, due)


def reseat(rows: list[Installment]) -> None:
    """Moves what was paid ahead on an installment that has become less to the next that are open, per component.

    So a change of what is due splits no receipt anew. Interest that no installment asks for any more stays due where it
    was paid.
    """
    for component in ("principal", "interest"):
        for k, row in enumerate(rows):
            over = -row.left(component)
            for other in (*rows[k + 1 :], *rows[:k]) if over > 0 else ():
                part = min(over, max(other.left(component), ZERO))
                _move_paid(row, other, component, part)
                over -= part
            if over > 0:
                row.due[component] += over


def _move_paid(row: Installment, other: Installment, component: str, amount: Decimal) -> None:
    row.paid[component] -= amount
    other.paid[component] += amount
    ahead = min(amount, row.paid_in_advance)
    row.paid_in_advance -= ahead
    other.paid_in_advance += ahead
    row.paid_late -= min(amount - ahead, row.paid_late)
