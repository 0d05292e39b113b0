"""The installments of a loan whose schedule is recalculated: progressive schedules, and interest by what is paid.

Each installment has a level amount. Its interest is counted over the principal really outstanding up to the day of
reckoning, and from then on over the principal as scheduled, taking what is overdue as paid on that day and what was
paid early as paid. Its principal is the rest of the level; the last open installment takes what is left.

A cumulative schedule takes what is paid beyond an installment into that installment, and goes on earning by the day
after the last due date; a progressive one does neither.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from .allocation import Part
from .fixed_schedule import down_payment, down_payment_installment, number
from .installment_periods import InstallmentPeriod, build_installment_periods, changed_index
from .level_installments import annuity, annuity_rate, balanced_level, equal_principal, rounded_installment
from .money import ZERO
from .recalculated_dues import Dues
from .recalculated_interest import Line
from .remaining import Remaining
from .schedule import Plan
from .snapshot import Installment, nothing
from .terms import Restructuring, Terms


class RecalculatedSchedule(Dues):
    """Installments that are recomputed as money comes, on the day of each event and on the day asked for."""

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms)
        self.progressive = self.interest.progressive
        self.flat = Plan(terms)  # of a flat loan alone
        self.others: list[Installment] = []  # down payments, and what a charge after the last installment added
        self.installments: list[Installment] = []
        self.gross: list[tuple[date, Decimal]] = []
        self.changes: tuple[Restructuring, ...] = ()
        self.frozen = False
        self.overdue: list[Installment] = []  # those that fell due before the loan was taken on
        self.remaining: Remaining | None = None  # of a loan that was taken on

    @property
    def regular(self) -> list[Installment]:
        return [*self.overdue, *(line.row for line in self.lines)]

    # What is paid out and agreed

    def take_on(self, remaining: Remaining) -> None:
        """Goes on with a loan that another system counted until a day: what is overdue stands, the rest is planned."""
        self.remaining, self.overdue = remaining, remaining.overdue_installments()
        self.terms = self.interest.terms = remaining.terms
        self.gross.append((remaining.day, remaining.outstanding))
        self.interest.take_on(remaining)
        self._frame()
        if self._is_flat:
            self.flat.take_on(remaining)
            self._plan_flat()
        else:
            self._level(0, remaining.day)
        self._end(remaining.day)

    def disburse(self, day: date, amount: Decimal) -> int:
        """Takes a tranche in: its down payment as an installment, the rest spread over the installments to come.

        Tells the index of the first regular installment that it changed.
        """
        down = down_payment(self.terms, amount)
        self.gross.append((day, amount))
        self.interest.disbursements.append((day, amount - down))
        self._frame()
        if down:
            self.others.append(down_payment_installment(day, down))
        first = self._plan_from(day, amount - down)
        self._end(day)
        return first

    def restructure(self, change: Restructuring, day: date) -> int:
        """Moves dates, adds installments, or changes the rate from the installment due on `change.from_`.

        Tells the index of the first regular installment that it changed: those before it keep their amounts.

        Raises:
            InvalidTerms: something is restructured that does not exist.
        """
        index = changed_index(change, [line.row.due_date for line in self.lines])
        self.changes = (*self.changes, change)
        self._frame()
        if self._is_flat:
            self.flat.change(change)
            self._plan_flat()
        elif change.new_due_date is None:
            self._level(index, day)
        self._end(day)
        return len(self.overdue) + index

    @property
    def _is_flat(self) -> bool:
        return self.terms.interest_method == "flat" and bool(self.terms.rate)

    def _frame(self) -> None:
        """Lines for all installments that are agreed; those that stand already keep what they are computed from."""
        kept, periods = self.lines, self._periods()
        self.lines = [Line(Installment(0, p.start, p.due_date, ZERO, nothing()), p) for p in periods]
        for old, new in zip(kept, self.lines, strict=False):
            old.row.start, old.row.due_date = new.period.start, new.period.due_date
            old.period = new.period
        self.lines[: len(kept)] = kept

    def _periods(self) -> list[InstallmentPeriod]:
        if self.remaining:
            return self.remaining.periods(self.changes)
        return build_installment_periods(self.terms, self.gross[0][0], self.changes)

    def _end(self, day: date) -> None:
        """Recomputes what was planned, and leaves out the installments at the end that have nothing to pay."""
        self.arrange()
        self.recompute(day)
        while len(self.lines) > 1 and not (self.lines[-1].row.total_due or self.lines[-1].row.total_paid):
            self.lines.pop()
            self.arrange()
        self.number()

    def arrange(self) -> None:
        """Puts the installments together with what others there are."""
        self.installments = [*self.regular, *self.others]

    def number(self) -> None:
        """Sorts and numbers what is due."""
        first = self.remaining.first_number if self.remaining else 1
        number(self.installments, self.gross, before_tranche=self.progressive, start=first)

    def _plan_from(self, day: date, amount: Decimal) -> int:
        """Spreads what a tranche added over the installments due after it (cumulative: also the one due on its day)."""
        later = [k for k, x in enumerate(self.lines) if not self._after(x.row.due_date, day)]
        first = later[0] if later else len(self.lines) - 1
        if self._is_flat:
            first = self.flat.lend(day, amount)
            self._plan_flat()
        elif self.progressive and not self.terms.rate and len(self.interest.disbursements) > 1:
            self._raise_evenly(first, amount)
        else:
            self._level(first, day)
        return first

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
        for line, row in zip(self.lines, self.flat.rows, strict=False):
            line.level, line.fixed_interest, line.settled = row.principal + row.interest, row.interest, False

    def _level(self, first: int, day: date) -> None:
        """The level amount of the installments from index `first` on, for what is outstanding on `day`."""
        lines = [x for x in self.lines[first:] if not x.period.principal_free]
        if not lines:
            return
        balance = self._scheduled(first)
        told = lines[0].period
        if told.level is not None and not told.replan:
            level = told.level
        elif self.terms.amortization != "equal_installments" or self.terms.fixed_principal_percent:
            whole = self.interest.agreed if self.terms.fixed_principal_percent else balance
            level = rounded_installment(self.terms, equal_principal(self.terms, whole, len(lines)))
        elif self.progressive:
            rates = [x.period.rate * x.period.share for x in lines]
            level = balanced_level(self.terms, rates, balance, self._first_interest(first, day))
        else:
            rate = annuity_rate(self.terms, lines[0].period.rate)
            level = rounded_installment(self.terms, annuity(balance, rate, len(lines)))
        for line in lines:
            line.level, line.settled = level, False

    def _first_interest(self, first: int, day: date) -> Decimal | None:
        """What the installment at `first` bears where a tranche comes inside its period; None where it bears all."""
        line = self.lines[first]
        if line.period.brought and not line.period.principal_free:
            return self.interest.counted(self.lines, first, day, self._scheduled(first), ZERO, settle=False)
        inside = any(line.period.start < paid_out < line.period.due_date for paid_out, _ in self.interest.disbursements)
        if not inside or line.period.principal_free:
            return None
        left = self.interest.lent - sum((x.row.due["principal"] for x in self.lines[:first]), ZERO)
        early = sum((x.row.paid["principal"] for x in self.lines[first:]), ZERO)
        return self.interest.counted(self.lines, first, day, left, early, settle=False)

    def _scheduled(self, index: int) -> Decimal:
        """The principal scheduled to be outstanding when the installment at `index` begins, tranches included."""
        repaid = sum((x.row.due["principal"] for x in self.lines[:index]), ZERO)
        early = ZERO
        if self.recalculation:
            early = sum((x.row.paid["principal"] for x in self.lines[index:]), ZERO)
        return max(self.interest.lent - repaid - early, ZERO)

    # What is due

    def settle(self, value_date: date) -> None:
        """Sets what is due to what would settle the loan on `value_date`: interest to the day, nothing after it."""
        if self.recalculation:
            self._compute(value_date, settle=True)

    def recompute(self, value_date: date) -> None:
        """Sets what is due by all that is known on `value_date`."""
        self._compute(value_date, settle=False)

    def _compute(self, till: date, *, settle: bool) -> None:
        if self.frozen or not self.lines:
            return
        carried = spare = ZERO
        left = self.interest.lent  # principal no installment has taken yet
        early = sum((x.row.paid["principal"] for x in self.lines), ZERO)  # paid on this installment and later ones
        absorbing = self._absorbing()
        for k, line in enumerate(self.lines):
            counted = self.interest.counted(self.lines, k, till, left, early, settle=settle) + carried
            if k == absorbing:
                line.row.due["interest"] = self._due_interest(k, line, counted)[0]  # what falls due as scheduled
                counted += self.interest.after_the_last(self.lines, till)
            early -= line.row.paid["principal"]
            interest, carried = self._due_interest(k, line, counted)
            wanted = self._wanted(line, interest)
            if k < absorbing:
                principal, spare = self._principal_before_last(line, wanted, left - early, spare)
            else:
                principal = self._principal_from_last(k, line, absorbing, left, early)
            left -= principal
            line.row.due["interest"], line.row.due["principal"] = interest, principal
        self.number()

    # What is paid

    def payable(self, value_date: date) -> list[Installment]:
        """The installments that a payment on `value_date` may reach: where paying early changes them, none to come."""
        if self.progressive or not self.recalculation:
            return self.installments
        running = self._running(value_date)
        regular = self.lines if running is None else self.lines[: running + 1]
        rows = [*self.overdue, *(x.row for x in regular), *self.others]
        return sorted(rows, key=lambda row: row.n)

    def _running(self, value_date: date) -> int | None:
        """The index of the installment in whose period the day falls; None after the last."""
        return next((k for k, x in enumerate(self.lines) if value_date <= x.row.due_date), None)

    def note(self, parts: list[Part], value_date: date) -> None:
        """Remembers what was paid: principal counts from the day, or from the day to which interest runs anyway."""
        counts_from = self._counts_from(value_date)
        ids = {id(x.row): x for x in self.lines}
        for row, component, amount in parts:
            line = ids.get(id(row))
            if line is None:
                self._note_overdue(row, component, amount, value_date)
                continue
            if component == "principal":
                early = row.due_date > value_date
                self.interest.repaid.append((max(value_date, counts_from) if early else value_date, amount))
            elif component == "interest":
                self.interest.interest_paid.append((value_date, amount))
            line.settled = row.left("principal") <= 0 and row.left("interest") <= 0
        if not self._is_owed(self.lines):
            self._settle_all()  # also those that had nothing of their own to pay

    def _note_overdue(self, row: Installment, component: str, amount: Decimal, value_date: date) -> None:
        """What is paid of an installment that was overdue when the loan was taken on; its amounts stand."""
        if not any(row is late for late in self.overdue):
            return
        if component == "principal":
            self.interest.repaid.append((value_date, amount))
        elif component == "interest":
            self.interest.interest_paid.append((value_date, amount))

    def _is_owed(self, lines: list[Line]) -> bool:
        """True when principal or interest is unpaid on any of the installments, or on one that was overdue before."""
        rows = [*self.overdue, *(line.row for line in lines)]
        return any(row.left("principal") > 0 or row.left("interest") > 0 for row in rows)

    def _settle_all(self) -> None:
        for line in self.lines:
            line.settled = True

    def _counts_from(self, value_date: date) -> date:
        if self.recalculation and (
            self.recalculation.rest == "same_as_repayment" or self.recalculation.payoff == "to_the_rest_date"
        ):
            running = self._running(value_date)
            return value_date if running is None else self.lines[running].row.due_date
        return value_date

    def absorb(self, amount: Decimal, value_date: date) -> tuple[list[Part], Decimal]:
        """Takes what is paid beyond the installment into the principal of the period it is paid in."""
        if self.progressive or not self.recalculation:
            return [], amount
        index = self._running(value_date)
        if index is None:
            return [], amount
        line = self.lines[index]
        owed = self.interest.lent - sum((x.row.paid["principal"] for x in self.lines), ZERO)
        take = min(amount, owed)
        line.extra += take
        line.row.due["principal"] += take
        line.row.paid["principal"] += take
        if value_date < line.row.due_date:
            line.row.paid_in_advance += take
        self.interest.repaid.append((self._counts_from(value_date), take))
        if take == owed and not self._is_owed(self.lines[: index + 1]):
            self._settle_all()  # nothing is counted after the day
        self._compute(value_date, settle=False)
        if not all(x.settled for x in self.lines):
            self._answer_early_payment(index, take, value_date)
        return ([(line.row, "principal", take)] if take else []), amount - take

    def _answer_early_payment(self, index: int, amount: Decimal, value_date: date) -> None:
        """What an early payment does to the installments after it, as agreed."""
        answer = self.recalculation.early_payment if self.recalculation else ""
        if answer == "reduce_amount" and index + 1 < len(self.lines):
            self._level(index + 1, value_date)
        elif answer == "next_installments":
            self.lines[index].spare += amount
            self._compute(value_date, settle=False)

    def waive_interest(self, row: Installment, amount: Decimal) -> None:
        line = next((x for x in self.lines if x.row is row), None)
        if line:
            line.waived += amount
        row.due["interest"] -= amount

    def freeze(self) -> None:
        """Nothing is recalculated any more: the loan is written off."""
        self.frozen = True
