"""Posting: an entry with its lines, and the difference between what the books hold for a loan and what they must."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Max

from apps.loans.book.models import Loan, LoanEvent
from apps.loans.domain.snapshot import LoanSnapshot
from apps.loans.ledger.chart import accounts_by_role
from apps.loans.ledger.floor import may_take_money_out, require_not_below_zero
from apps.loans.ledger.models import JournalEntry, JournalLine, PeriodClosing
from apps.loans.ledger.queries import share_books_lock
from apps.loans.ledger.rules import targets
from apps.loans.products.models import the_policy
from apps.mfis.core.actor import SYSTEM, Actor

ZERO = Decimal(0)


def closed_through() -> date | None:
    """The last day of the books that is closed."""
    last: date | None = PeriodClosing.objects.aggregate(last=Max("through"))["last"]
    return last


def open_day(day: date) -> date:
    """`day`, or the first open day after it where its period is closed.

    Takes part in the lock that closing a period needs alone, so the answer holds until the transaction ends.
    """
    share_books_lock()
    closed = closed_through()
    return day if closed is None or day > closed else closed + timedelta(days=1)


def post_entry(
    *,
    source: str,
    posted_on: date,
    narrative: str,
    amounts: dict[UUID, Decimal],
    actor: Actor = SYSTEM,
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
        posted_on=posted_on,
        value_date=value_date or posted_on,
        narrative=narrative[:200],
        loan=loan,
        event=event,
        product_id=product_id,
        actor_id=actor.id,
        actor_name=actor.name[:150],
    )
    entry.save(force_insert=True)
    JournalLine.objects.bulk_create(
        JournalLine(entry=entry, account_id=account, amount=amount, posted_on=posted_on, loan=loan)
        for account, amount in moved.items()
    )
    return entry


def post_loan(
    loan: Loan,
    folded: LoanSnapshot,
    events: list[LoanEvent],
    event: LoanEvent,
    actor: Actor,
    *,
    has_happened: bool = False,
) -> JournalEntry | None:
    """Brings the books to what the loan's state asks for, by one entry for the difference.

    A back-dated fact whose period is closed becomes an adjustment on the first open day. What `has_happened` at another
    node is posted whatever the accounts hold.

    Raises:
        BelowZero: more would leave an account of money than it holds.
    """
    held = not has_happened and may_take_money_out(event)
    return _post_difference(loan, folded, events, actor, event.value_date, event.get_type_display(), event, held=held)


def post_loan_adjustment(loan: Loan, folded: LoanSnapshot, events: list[LoanEvent], day: date) -> JournalEntry | None:
    """The same where time alone changed the loan: a penalty, or interest counted to the day."""
    return _post_difference(loan, folded, events, SYSTEM, day, "Counted to the day", None)


def _post_difference(
    loan: Loan,
    folded: LoanSnapshot,
    events: list[LoanEvent],
    actor: Actor,
    value_date: date,
    what: str,
    event: LoanEvent | None,
    *,
    held: bool = False,
) -> JournalEntry | None:
    amounts = wanted_for(loan, folded, events)
    for account, posted in posted_for(loan).items():
        amounts[account] = amounts.get(account, ZERO) - posted
    if not any(amounts.values()):
        return None
    if held:
        require_not_below_zero(amounts)
    day = open_day(value_date)
    adjusted = "" if day == value_date else f" of {value_date:%-d %b %Y}, adjusted"
    return post_entry(
        source=JournalEntry.Source.LOAN,
        posted_on=day,
        value_date=value_date,
        amounts=amounts,
        loan=loan,
        event=event,
        narrative=f"{what} {loan.number}{adjusted}",
        actor=actor,
    )


def wanted_for(loan: Loan, folded: LoanSnapshot, events: list[LoanEvent]) -> dict[UUID, Decimal]:
    """What the books must hold for the loan, by account."""
    accounts = accounts_by_role(loan.product_id)
    amounts: dict[UUID, Decimal] = {}
    for role, amount in targets(folded, events, the_policy().recognition).items():
        amounts[accounts[role]] = amounts.get(accounts[role], ZERO) + amount
    return amounts


def posted_for(loan: Loan) -> dict[UUID, Decimal]:
    """What the books hold for the loan, by account."""
    return JournalLine.objects.filter(loan=loan).by_account()
