"""The indicators of an MFI over a period, with the figures each is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, Sum

from apps.loans.domain import indicators as formula
from apps.loans.domain.calendar import add_months
from apps.loans.domain.state import Installment
from apps.loans.ledger import reports
from apps.loans.ledger.chart import accounts_of
from apps.loans.models import JournalLine
from apps.loans.selectors.as_of import LoanThen, loans_between

ZERO = Decimal(0)
RECEIPTS = ("repayment", "down_payment")
EARNED = ("interest", "fees", "penalties")
PAR_DAYS = (0, 30, 60, 90)


@dataclass(slots=True)
class Figures:
    """What the indicators of a period are made of. Amounts in the MFI's currency."""

    since: date
    on: date
    glp: Decimal = ZERO
    late: dict[int, Decimal] = field(default_factory=lambda: dict.fromkeys(PAR_DAYS, ZERO))
    restructured: Decimal = ZERO
    restructured_not_late: dict[int, Decimal] = field(default_factory=lambda: dict.fromkeys(PAR_DAYS, ZERO))
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

    @property
    def days(self) -> int:
        return (self.on - self.since).days + 1

    @property
    def term_years(self) -> Decimal | None:
        """The average term of the loans with something due in the period, weighted by what was lent."""
        return self.term_days_weighted / self.lent / 365 if self.lent else None


@dataclass(frozen=True, slots=True)
class Indicator:
    """One line: its name, what it says, its value as a ratio or an amount, and the two figures behind it."""

    name: str
    says: str
    value: Decimal | None
    part: tuple[str, Decimal]
    whole: tuple[str, Decimal]
    is_amount: bool = False

    @property
    def percent(self) -> Decimal | None:
        return None if self.value is None else self.value * 100


def gather(since: date, on: date, known_on: date | None = None) -> Figures:
    """Reads the figures of a period by folding each loan twice: before its first day and on its last."""
    found = Figures(since, on)
    for before, now in loans_between(since, on, known_on):
        _add_balance(found, now)
        _add_flows(found, before, now)
    _add_books(found, known_on)
    return found


def _add_balance(found: Figures, now: LoanThen) -> None:
    if not now.is_active:
        return
    principal = now.principal
    found.glp += principal
    found.loans += 1
    found.borrowers.add(now.loan.borrower_id)
    found.overdue += now.overdue_principal
    if now.restructured:
        found.restructured += principal
    for days in PAR_DAYS:
        if now.days_late > days:
            found.late[days] += principal
        elif now.restructured:
            found.restructured_not_late[days] += principal


def _add_flows(found: Figures, before: LoanThen | None, now: LoanThen) -> None:
    state = now.folded
    found.written_off += state.written_off["principal"] - (before.folded.written_off["principal"] if before else ZERO)
    found.income_received += state.fees_at_disbursement - (before.folded.fees_at_disbursement if before else ZERO)
    received = ZERO
    for movement in state.transactions:
        if movement.undone or movement.type not in RECEIPTS or not found.since <= movement.date <= found.on:
            continue
        found.income_received += sum((movement.split[c] for c in EARNED), ZERO)
        received += movement.split["principal"] + movement.split["interest"]
    owed = now.before_write_off()
    paid_before = {row.n: _paid(row) for row in before.folded.installments} if before else {}
    due = ZERO
    for row in owed.installments:
        paid, already = _paid(row), paid_before.get(row.n, ZERO)
        if row.due_date < found.since:
            received -= paid - already  # earlier arrears, made good
        elif row.due_date > owed.as_of:
            found.prepaid += paid - already
        else:
            due += _due(row) - already
            in_all = row.total_due - row.due["penalties"]
            found.due_in_all += in_all
            found.on_time += min(max(row.total_paid - row.paid_late, ZERO), in_all)
    found.fallen_due += due
    found.received += received
    if due > 0 and state.disbursed_on:
        found.lent += state.disbursed
        found.term_days_weighted += state.disbursed * (owed.installments[-1].due_date - state.disbursed_on).days


def _due(row: Installment) -> Decimal:
    return row.due["principal"] + row.due["interest"]


def _paid(row: Installment) -> Decimal:
    return row.paid["principal"] + row.paid["interest"]


def _add_books(found: Figures, known_on: date | None) -> None:
    known = reports.known(known_on, of="")
    ends = [found.since - timedelta(days=1)]
    while (end := add_months(ends[-1] + timedelta(days=1), 1) - timedelta(days=1)) < found.on:
        ends.append(end)
    found.average_glp = formula.average_of([_held("loans", day, known) for day in [*ends, found.on]])
    found.allowance = -_held("allowance", found.on, known)
    income, expense, _ = reports.income_statement(found.since, found.on, known_on)
    losses = accounts_of("provision")
    found.income = income.total
    found.provision = sum((r.natural for r in expense.rows if r.account.pk in losses), ZERO)
    found.financing = sum((r.natural for r in expense.rows if r.account.is_financing), ZERO)
    found.operating = expense.total - found.provision - found.financing


def _held(role: str, on: date, known: Q) -> Decimal:
    lines = JournalLine.objects.filter(known, account_id__in=accounts_of(role), posted_on__lte=on)
    return lines.aggregate(t=Sum("amount"))["t"] or ZERO


def indicators(found: Figures, *, restructured_at_risk: bool = False) -> list[Indicator]:
    """The indicators of a period; restructured loans count as at risk where that is asked for."""
    glp, average = ("Outstanding principal", found.glp), ("Average outstanding principal", found.average_glp)
    lines = []
    for days in PAR_DAYS:
        at_risk = found.late[days] + (found.restructured_not_late[days] if restructured_at_risk else ZERO)
        said = "late" if days == 0 else f"more than {days} days late"
        name = f"PAR{days or 1}"
        lines.append(
            Indicator(
                name,
                f"Principal of loans {said}",
                formula.portfolio_at_risk(at_risk, found.glp),
                ("At risk", at_risk),
                glp,
            )
        )
    expense = found.operating + found.financing + found.provision
    current = formula.current_repayment_rate(found.received, found.prepaid, found.fallen_due)
    due = ("Fallen due", found.fallen_due)
    lines += [
        _line(
            "Restructured",
            "Principal of loans with changed terms",
            formula.portfolio_at_risk,
            ("Restructured", found.restructured),
            glp,
        ),
        _line("Arrears rate", "Overdue principal", formula.arrears_rate, ("Overdue", found.overdue), glp),
        _line(
            "Write-off ratio",
            "Principal given up in the period",
            formula.write_off_ratio,
            ("Written off", found.written_off),
            average,
        ),
        _line(
            "Risk coverage",
            "What is set aside for loans more than 30 days late",
            formula.risk_coverage,
            ("Loss allowance", found.allowance),
            ("PAR30", found.late[30]),
        ),
        Indicator(
            "Portfolio yield",
            "Interest and fees received, a year",
            formula.portfolio_yield(found.income_received, found.average_glp, found.days),
            ("Received", found.income_received),
            average,
        ),
        Indicator(
            "Operational self-sufficiency",
            "Income over all expense",
            formula.operational_self_sufficiency(found.income, found.operating, found.financing, found.provision),
            ("Income", found.income),
            ("Operating, financing and provision expense", expense),
        ),
        Indicator(
            "Current repayment rate",
            "Received for what fell due in the period",
            current,
            ("Received without prepayments", found.received - found.prepaid),
            due,
        ),
        _line(
            "On-time rate",
            "Paid by its due date",
            formula.on_time_rate,
            ("Paid in time", found.on_time),
            ("Fallen due, fees included", found.due_in_all),
        ),
        Indicator(
            "Average balance",
            "For each person who owes",
            formula.average_balance(found.glp, len(found.borrowers)),
            glp,
            ("Active borrowers", Decimal(len(found.borrowers))),
            is_amount=True,
        ),
        Indicator(
            "Annual loss rate",
            "What the repayment rate means over a year",
            formula.annual_loss_rate(current, found.term_years),
            ("Average term in years", found.term_years or ZERO),
            ("Current repayment rate", current or ZERO),
        ),
    ]
    return lines


def _line(
    name: str,
    says: str,
    rule: Callable[[Decimal, Decimal], formula.Ratio],
    part: tuple[str, Decimal],
    whole: tuple[str, Decimal],
) -> Indicator:
    return Indicator(name, says, rule(part[1], whole[1]), part, whole)
