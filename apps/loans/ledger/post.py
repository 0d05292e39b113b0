"""Posting: an entry with its lines, and the difference between what the books hold for a loan and what they must."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Max

from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.domain.snapshot import LoanSnapshot
from apps.loans.ledger.chart import accounts_by_role
from apps.loans.ledger.floor import may_take_money_out
from apps.loans.ledger.models import JournalEntry, JournalLine, PeriodClosing
from apps.loans.ledger.queries import Books, entries_written, look_at_books, share_books_lock
from apps.loans.ledger.rules import targets
from apps.loans.products.models import the_policy
from apps.mfis.core.actor import SYSTEM, Actor
from apps.mfis.core.prepared import Query, run_together
from apps.mfis.core.tables import new_id, this_node

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
    return first_open(day, closed_through())


def first_open(day: date, closed: date | None) -> date:
    """`day`, or the first day after what is closed."""
    return day if closed is None or day > closed else closed + timedelta(days=1)


def check_balanced(amounts: dict[UUID, Decimal], what: str) -> None:
    """Refuses amounts that are no entry.

    Raises:
        ValueError: debits and credits differ.
    """
    if sum(amounts.values(), ZERO) != 0:
        raise ValueError(f"{what}: debits and credits differ by {sum(amounts.values(), ZERO)}")


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
    check_balanced(moved, narrative)
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
) -> None:
    """Brings the books to what the loan's state asks for, by one entry for the difference; see `entry_for`.

    What `has_happened` at another node is posted whatever the accounts hold.
    """
    books = look_at_books([loan.pk])[loan.pk]
    entry = entry_for(loan, folded, events, event, actor, books, has_happened=has_happened)
    if entry:
        run_together(drafts_written([entry]))


def post_loan_adjustment(loan: Loan, folded: LoanSnapshot, events: list[LoanEvent], day: date) -> None:
    """The same where time alone changed the loan: a penalty, or interest counted to the day."""
    books = look_at_books([loan.pk])[loan.pk]
    amounts = _difference(loan, folded, events, books.posted)
    entry = _draft(loan, amounts, SYSTEM, day, "Counted to the day", None, books.closed)
    if entry:
        run_together(drafts_written([entry]))


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """An entry of a loan that is not written yet: account to signed amount, debit above zero."""

    posted_on: date
    value_date: date
    narrative: str
    loan: Loan
    event: LoanEvent | None
    actor: Actor
    amounts: dict[UUID, Decimal]
    held: bool = False  # it takes no more out of an account of money than that holds; see `require_not_below_zero`


def entry_for(
    loan: Loan,
    folded: LoanSnapshot,
    events: list[LoanEvent],
    event: LoanEvent,
    actor: Actor,
    books: Books,
    *,
    has_happened: bool = False,
) -> EntryDraft | None:
    """The entry that brings the books from what they hold to what the loan's state asks for; None where they do.

    A back-dated fact whose period is closed becomes an adjustment on the first open day.
    """
    amounts = _difference(loan, folded, events, books.posted)
    draft = _draft(loan, amounts, actor, event.value_date, str(EventType(event.type).label), event, books.closed)
    return draft and replace(draft, held=not has_happened and may_take_money_out(event))


def _draft(
    loan: Loan,
    amounts: dict[UUID, Decimal],
    actor: Actor,
    value_date: date,
    what: str,
    event: LoanEvent | None,
    closed: date | None,
) -> EntryDraft | None:
    if not amounts:
        return None
    day = first_open(value_date, closed)
    adjusted = "" if day == value_date else f" of {value_date:%-d %b %Y}, adjusted"
    return EntryDraft(day, value_date, f"{what} {loan.number}{adjusted}", loan, event, actor, amounts)


def _difference(
    loan: Loan, folded: LoanSnapshot, events: list[LoanEvent], posted: dict[UUID, Decimal]
) -> dict[UUID, Decimal]:
    amounts = wanted_for(loan, folded, events)
    for account, amount in posted.items():
        amounts[account] = amounts.get(account, ZERO) - amount
    moved = {account: amount for account, amount in amounts.items() if amount}
    check_balanced(moved, loan.number)
    return moved


def drafts_written(drafts: Collection[EntryDraft]) -> tuple[Query, list[Any]]:
    """What writes the entries of loans, with their lines. By the ORM it is `post_entry` for each."""
    entries, lines = [], []
    for draft in drafts:
        key, actor, event = new_id(), draft.actor, draft.event
        days = (draft.posted_on, draft.value_date)
        about = (draft.narrative[:200], draft.loan.pk, event.pk if event else None, None)
        entries.append((key, str(JournalEntry.Source.LOAN), *days, *about, actor.id, actor.name[:150]))
        lines += [(new_id(), key, account, amount) for account, amount in draft.amounts.items()]
    return entries_written(this_node(), entries, lines)


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
