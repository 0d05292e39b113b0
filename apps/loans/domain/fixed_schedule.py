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
from .schedule import Tranche, build_schedule
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


def number(installments: list[Installment], disbursements: list[tuple[date, Decimal]], *, before_tranche: bool) -> None:
    """Sorts by due date, numbers from 1, and sets each `balance`: the principal left once it fell due as scheduled.

    `before_tranche`: on the day of a pay-out a regular installment comes before it and its down payment.
    """
    first, second = ("regular", "down_payment") if before_tranche else ("down_payment", "regular")
    rank = {first: 0, second: 1, "additional": 2}
    installments.sort(key=lambda row: (row.due_date, rank[row.kind]))
    if len(disbursements) == 1:
        balance = disbursements[0][1]
        for n, row in enumerate(installments, start=1):
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
    """Installments that stand from the start; payments change only what is paid on them."""

    def __init__(
        self, terms: Terms, disbursements: list[tuple[date, Decimal]], changes: tuple[Restructuring, ...]
    ) -> None:
        self.terms = terms
        downs = [(day, down_payment(terms, amount)) for day, amount in disbursements]
        tranches = [Tranche(day, amount - down) for (day, amount), (_, down) in zip(disbursements, downs, strict=True)]
        self.regular = [_installment(*row) for row in build_schedule(terms, tranches, changes)]
        rows = [down_payment_installment(day, down) for day, down in downs if down]
        self.installments = [*rows, *self.regular]
        number(self.installments, disbursements, before_tranche=False)

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
        row.due["interest"] -= amount

    def freeze(self) -> None:
        """Nothing changes anyway."""


def _installment(period: InstallmentPeriod, principal: Decimal, interest: Decimal) -> Installment:
    due = {"penalties": ZERO, "fees": ZERO, "interest": interest, "principal": principal}
    return Installment(0, period.start, period.due_date, ZERO, due)
