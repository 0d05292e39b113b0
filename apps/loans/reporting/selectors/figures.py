"""The figures of a period that indicators are made of: from the loans as they stood, and from the books."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from apps.loans.book.queries.days import Period
from apps.loans.book.selectors.loans_as_of import LoanAsOf
from apps.loans.book.selectors.positions import period
from apps.loans.domain import indicators as formula
from apps.loans.domain.calendar import add_months
from apps.loans.domain.snapshot import Installment, Transaction
from apps.loans.ledger import reports
from apps.loans.ledger.chart import accounts_of
from apps.loans.ledger.models import JournalLine

ZERO = Decimal(0)

MOVES_IN = ("repayment", "down_payment")  # as the engine names them: a pay-off is the repayment it becomes

EARNED = ("interest", "fees", "penalties")

PAR_DAYS = (0, 30, 60, 90)


def _by_par_days() -> dict[int, Decimal]:
    return dict.fromkeys(PAR_DAYS, ZERO)


@dataclass(slots=True)
class Figures:
    """What the indicators of a period are made of. Amounts in the MFI's currency."""

    since: date
    on: date
    glp: Decimal = ZERO
    past_due: dict[int, Decimal] = field(default_factory=_by_par_days)  # principal, by more than how many days
    restructured: Decimal = ZERO
    restructured_not_past_due: dict[int, Decimal] = field(default_factory=_by_par_days)
    overdue: Decimal = ZERO
    borrowers: set[UUID] = field(default_factory=set)
    loans: int = 0
    written_off: Decimal = ZERO
    income_received: Decimal = ZERO
    fallen_due: Decimal = ZERO
    received: Decimal = ZERO
    prepaid: Decimal = ZERO
    due_in_all: Decimal = ZERO  # with fees, and what was paid before the period
    on_time: Decimal = ZERO
    term_days_weighted: Decimal = ZERO
    lent: Decimal = ZERO
    average_glp: Decimal = ZERO
    allowance: Decimal = ZERO
    income: Decimal = ZERO
    operating: Decimal = ZERO
    financing: Decimal = ZERO
    provision: Decimal = ZERO
    folded: int = 0  # loans that were folded for it

    @property
    def days(self) -> int:
        return (self.on - self.since).days + 1

    @property
    def expense(self) -> Decimal:
        return self.operating + self.financing + self.provision

    @property
    def term_years(self) -> Decimal | None:
        """The average term of the loans with something due in the period, weighted by what was lent."""
        return self.term_days_weighted / self.lent / 365 if self.lent else None


def gather(since: date, on: date, known_on: date | None = None) -> Figures:
    """Reads the figures of a period: from positions, from the few loans those cannot tell of, and from the books."""
    figures = Figures(since, on)
    known = period(since, on, known_on)
    add_told(figures, known.told)
    for before, now in known.others:
        add_folded(figures, before, now)
    figures.folded = len(known.others)
    _add_books(figures, known_on)
    return figures


def add_folded(figures: Figures, before: LoanAsOf | None, now: LoanAsOf) -> None:
    """Adds a loan that was folded twice: on the day before the period (None: not paid out by then) and on its last."""
    _add_balance(figures, now)
    _add_income(figures, before, now)
    _add_dues(figures, before, now)


def add_told(figures: Figures, told: Period) -> None:
    """Adds all loans that positions tell of; the same figures as `add_folded` gives of each."""
    sums = told.sums
    for late, restructured, principal in told.balances:
        _add_principal(figures, principal, late, restructured=restructured)
    figures.loans += int(sums["loans"])
    figures.borrowers |= set(told.borrowers)
    figures.overdue += sums["overdue"]
    figures.written_off += sums["written_off"]
    figures.income_received += sums["fees"] + sums["earned"]
    figures.fallen_due += sums["due"]
    figures.received += sums["received"] - sums["late"]
    figures.prepaid += sums["early"]
    figures.due_in_all += sums["due_in_all"]
    figures.on_time += sums["on_time"]
    figures.lent += sums["lent"]
    figures.term_days_weighted += sums["term_days"]


def _add_principal(figures: Figures, principal: Decimal, late: int, *, restructured: bool) -> None:
    """Adds outstanding principal by its days past due."""
    figures.glp += principal
    if restructured:
        figures.restructured += principal
    for days in PAR_DAYS:
        if late > days:
            figures.past_due[days] += principal
        elif restructured:
            figures.restructured_not_past_due[days] += principal


def _add_balance(figures: Figures, now: LoanAsOf) -> None:
    """What the loan owes on the last day."""
    if not now.is_active:
        return
    _add_principal(figures, now.principal, now.days_past_due, restructured=now.restructured)
    figures.loans += 1
    figures.borrowers.add(now.loan.borrower_id)
    figures.overdue += now.overdue_principal


def _add_income(figures: Figures, before: LoanAsOf | None, now: LoanAsOf) -> None:
    """What was received of the loan in the period beyond its principal, and what was given up of that."""
    state = now.folded
    figures.written_off += state.written_off["principal"]
    figures.income_received += state.fees_at_disbursement
    if before:
        figures.written_off -= before.folded.written_off["principal"]
        figures.income_received -= before.folded.fees_at_disbursement
    for movement in _receipts(figures, now):
        figures.income_received += sum((movement.split[component] for component in EARNED), ZERO)


def _receipts(figures: Figures, now: LoanAsOf) -> list[Transaction]:
    """What came in during the period, and was not reversed."""
    return [
        movement
        for movement in now.folded.transactions
        if not movement.undone and movement.type in MOVES_IN and figures.since <= movement.date <= figures.on
    ]


def _add_dues(figures: Figures, before: LoanAsOf | None, now: LoanAsOf) -> None:
    """What fell due of the loan in the period, and what was received for it: not for earlier arrears."""
    received = sum((m.split["principal"] + m.split["interest"] for m in _receipts(figures, now)), ZERO)
    owed = now.before_write_off()
    paid_before = {row.n: _paid(row) for row in before.folded.installments} if before else {}
    due = ZERO
    for row in owed.installments:
        paid, already = _paid(row), paid_before.get(row.n, ZERO)
        if row.due_date < figures.since:
            received -= paid - already  # earlier arrears, made good
        elif row.due_date > owed.as_of:
            figures.prepaid += paid - already
        else:
            due += _due(row) - already
            in_all = row.total_due - row.due["penalties"]
            figures.due_in_all += in_all
            figures.on_time += min(max(row.total_paid - row.paid_late, ZERO), in_all)
    figures.fallen_due += due
    figures.received += received
    if due > 0 and now.folded.disbursed_on:
        term = owed.installments[-1].due_date - now.folded.disbursed_on
        figures.lent += now.folded.disbursed
        figures.term_days_weighted += now.folded.disbursed * term.days


def _due(row: Installment) -> Decimal:
    return row.due["principal"] + row.due["interest"]


def _paid(row: Installment) -> Decimal:
    return row.paid["principal"] + row.paid["interest"]


def _add_books(figures: Figures, known_on: date | None) -> None:
    """Balances and results of the books."""
    known = reports.known(known_on, prefix="")
    ends = [figures.since - timedelta(days=1)]
    while (end := add_months(ends[-1] + timedelta(days=1), 1) - timedelta(days=1)) < figures.on:
        ends.append(end)
    figures.average_glp = formula.average_of([_held("loans", day, known) for day in [*ends, figures.on]])
    figures.allowance = -_held("allowance", figures.on, known)
    income, expense, _ = reports.income_statement(figures.since, figures.on, known_on)
    losses = accounts_of("provision")
    figures.income = income.total
    figures.provision = sum((row.natural for row in expense.rows if row.account.pk in losses), ZERO)
    figures.financing = sum((row.natural for row in expense.rows if row.account.is_financing), ZERO)
    figures.operating = expense.total - figures.provision - figures.financing


def _held(role: str, day: date, known: Q) -> Decimal:
    return JournalLine.objects.filter(known, account_id__in=accounts_of(role), posted_on__lte=day).total()
