"""What the books say: trial balance, general ledger, balance sheet, income statement.

`known_on` leaves out, in each of them, what was recorded after that day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from apps.loans.ledger.models import GLAccount, JournalEntry, JournalLine
from apps.loans.products.models import the_policy
from apps.mfis.core.clock import end_of

ZERO = Decimal(0)
# On which side an account of each type is said as a plain figure.
CREDIT_SIDE = frozenset({"liability", "equity", "income"})


@dataclass(frozen=True, slots=True)
class Balance:
    """An account with its balance; `amount` is debit above zero."""

    account: GLAccount
    amount: Decimal

    @property
    def debit(self) -> Decimal | None:
        return self.amount if self.amount > 0 else None

    @property
    def credit(self) -> Decimal | None:
        return -self.amount if self.amount < 0 else None

    @property
    def natural(self) -> Decimal:
        """The balance as people say it: income and what is owed to others are positive in credit."""
        return -self.amount if self.account.type in CREDIT_SIDE else self.amount


def known(known_on: date | None, prefix: str = "lines__") -> Q:
    """What had been recorded by the end of a day; everything where none is given. `prefix` leads to the lines."""
    return Q((f"{prefix}recorded_at__lt", end_of(known_on))) if known_on else Q()


def balances(day: date, since: date | None = None, known_on: date | None = None) -> list[Balance]:
    """Each account that moved up to `day` (from `since`), with what it holds. One query, whatever the entries."""
    wanted = Q(lines__posted_on__lte=day) & known(known_on)
    if since:
        wanted &= Q(lines__posted_on__gte=since)
    return _moved(GLAccount.objects.all(), wanted)


def _moved(accounts: QuerySet[GLAccount], lines: Q) -> list[Balance]:
    """Those of the accounts that these lines moved, in the order of the chart."""
    with_totals = accounts.annotate(total=Sum("lines__amount", filter=lines)).order_by("code")
    return [Balance(account, account.total) for account in with_totals if account.total]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a statement: its accounts and their sum."""

    label: str
    rows: list[Balance]
    extra: list[tuple[str, Decimal]] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        return sum((r.natural for r in self.rows), ZERO) + sum((a for _, a in self.extra), ZERO)


def _section(label: str, type_: str, rows: list[Balance]) -> Section:
    return Section(label, [r for r in rows if r.account.type == type_])


def income_statement(since: date, day: date, known_on: date | None = None) -> tuple[Section, Section, Decimal]:
    """Income, expense, and the result between them; year-end entries are left out, or nothing would be left."""
    moved = (
        Q(lines__posted_on__lte=day, lines__posted_on__gte=since)
        & ~Q(lines__entry__source=JournalEntry.Source.CLOSING)
        & known(known_on)
    )
    rows = _moved(GLAccount.objects.filter(type__in=["income", "expense"]), moved)
    income, expense = _section("Income", "income", rows), _section("Expense", "expense", rows)
    return income, expense, income.total - expense.total


def balance_sheet(day: date, known_on: date | None = None) -> tuple[Section, Section, Section]:
    """Assets, liabilities, and equity with the result that is not yet carried to it."""
    rows = balances(day, known_on=known_on)
    result = -sum((r.amount for r in rows if r.account.type in ("income", "expense")), ZERO)
    equity = Section("Equity", [r for r in rows if r.account.type == "equity"], [("Result not yet closed", result)])
    return _section("Assets", "asset", rows), _section("Liabilities", "liability", rows), equity


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A line of an account with the balance after it."""

    line: JournalLine
    balance: Decimal


def general_ledger(
    account: GLAccount, since: date, day: date, known_on: date | None = None
) -> tuple[Decimal, list[LedgerLine]]:
    """The account's balance before `since`, and its lines up to `day`, each with the balance after it."""
    own = JournalLine.objects.filter(known(known_on, prefix=""), account=account)
    balance = opening = own.filter(posted_on__lt=since).total()
    rows = []
    lines = own.filter(posted_on__gte=since, posted_on__lte=day)
    for line in lines.select_related("entry", "entry__loan").order_by("posted_on", "recorded_at", "id"):
        balance += line.amount
        rows.append(LedgerLine(line, balance))
    return opening, rows


def year_start(day: date) -> date:
    """The first day of the fiscal year that `day` falls in."""
    month = the_policy().fiscal_year_starts
    return date(day.year if day.month >= month else day.year - 1, month, 1)
