"""Posting: an entry with its lines, and the difference between what the books hold for a loan and what they must."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Max, Sum

from apps.loans.domain.state import LoanState as Folded
from apps.loans.ledger.chart import accounts_by_role
from apps.loans.ledger.rules import targets
from apps.loans.models import JournalEntry, JournalLine, Loan, LoanEvent, PeriodClosing
from apps.loans.models.policy import the_policy
from apps.mfis.acting import SYSTEM, Actor
from apps.mfis.database import connection

ZERO = Decimal(0)


def closed_through() -> date | None:
    """The last day of the books that is closed."""
    found: date | None = PeriodClosing.objects.aggregate(last=Max("through"))["last"]
    return found


def open_day(day: date) -> date:
    """`day`, or the first open day after it where its period is closed.

    Takes part in the lock that closing a period needs alone, so the answer holds until the transaction ends.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(public.letsema_books_lock(current_schema()))")
    closed = closed_through()
    return day if closed is None or day > closed else closed + timedelta(days=1)


def post_entry(
    *,
    source: str,
    on: date,
    narrative: str,
    amounts: dict[UUID, Decimal],
    by: Actor = SYSTEM,
    value_date: date | None = None,
    loan: Loan | None = None,
    event: LoanEvent | None = None,
    product_id: UUID | None = None,
) -> JournalEntry | None:
    """Writes one entry: account to signed amount, debit above zero. Nothing is written where all amounts are zero.

    Raises:
        ValueError: debits and credits differ.
    """
    moved = {account: amount for account, amount in amounts.items() if amount}
    if not moved:
        return None
    if sum(moved.values(), ZERO) != 0:
        raise ValueError(f"{narrative}: debits and credits differ by {sum(moved.values(), ZERO)}")
    entry = JournalEntry(
        source=source,
        posted_on=on,
        value_date=value_date or on,
        narrative=narrative[:200],
        loan=loan,
        event=event,
        product_id=product_id,
        actor_id=by.id,
        actor_name=by.name[:150],
    )
    entry.save(force_insert=True)
    JournalLine.objects.bulk_create(
        JournalLine(entry=entry, account_id=account, amount=amount, posted_on=on, loan=loan)
        for account, amount in moved.items()
    )
    return entry


def post_loan(loan: Loan, folded: Folded, events: list[LoanEvent], event: LoanEvent, by: Actor) -> JournalEntry | None:
    """Brings the books to what the loan's state asks for, by one entry for the difference.

    A back-dated fact whose period is closed becomes an adjustment on the first open day.
    """
    return _post_difference(loan, folded, events, by, event.value_date, event.get_type_display(), event)


def post_loan_adjustment(loan: Loan, folded: Folded, events: list[LoanEvent], on: date) -> JournalEntry | None:
    """The same where time alone changed the loan: a penalty, or interest counted to the day."""
    return _post_difference(loan, folded, events, SYSTEM, on, "Counted to the day", None)


def _post_difference(
    loan: Loan, folded: Folded, events: list[LoanEvent], by: Actor, value_date: date, what: str, event: LoanEvent | None
) -> JournalEntry | None:
    wanted = targets(folded, events, the_policy().recognition)
    accounts = accounts_by_role(loan.product_id)
    amounts: dict[UUID, Decimal] = {}
    for role, amount in wanted.items():
        amounts[accounts[role]] = amounts.get(accounts[role], ZERO) + amount
    for account, posted in posted_for(loan).items():
        amounts[account] = amounts.get(account, ZERO) - posted
    if not any(amounts.values()):
        return None
    day = open_day(value_date)
    late = "" if day == value_date else f" of {value_date:%-d %b %Y}, adjusted"
    return post_entry(
        source=JournalEntry.Source.LOAN,
        on=day,
        value_date=value_date,
        amounts=amounts,
        loan=loan,
        event=event,
        narrative=f"{what} {loan.number}{late}",
        by=by,
    )


def posted_for(loan: Loan) -> dict[UUID, Decimal]:
    """What the books hold for the loan, by account."""
    rows = JournalLine.objects.filter(loan=loan).values_list("account_id").annotate(total=Sum("amount"))
    return dict(rows.order_by())
