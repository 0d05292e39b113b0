"""Journals entered by hand: one person proposes, another posts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from apps.loans.ledger.post import closed_through, post_entry
from apps.loans.models import GLAccount, JournalEntry, ManualJournal
from apps.mfis.acting import acting
from apps.mfis.clock import business_date
from apps.mfis.errors import InvalidInput, NotAllowed, NotFound, WrongState
from apps.mfis.replication.home import require_home
from apps.users.models import Account
from apps.users.roles import Action
from apps.users.services.accounts import actor_of

ZERO = Decimal(0)


def propose_journal(*, by: Account, on: date, narrative: str, lines: list[tuple[UUID, Decimal]]) -> ManualJournal:
    """Proposes an entry: account and signed amount, debit above zero.

    Raises:
        NotAllowed: duty. InvalidInput: not balanced, a control account of the loans, a closed or future day.
    """
    if not by.may(Action.PROPOSE_JOURNAL):
        raise NotAllowed(f"Your duties do not include this: {Action.PROPOSE_JOURNAL.label}.")
    _check(on, narrative, lines)
    with acting(actor_of(by)):
        return ManualJournal.objects.create(
            posted_on=on,
            narrative=narrative.strip(),
            maker_id=by.pk,
            maker_name=by.full_name,
            lines=[{"account": str(account), "amount": f"{amount:.2f}"} for account, amount in lines],
        )


def _check(on: date, narrative: str, lines: list[tuple[UUID, Decimal]]) -> None:
    if not narrative.strip():
        raise InvalidInput("Say what the entry is for.", field="narrative")
    if len(lines) < 2 or any(amount == 0 for _, amount in lines):
        raise InvalidInput("An entry has at least two lines, each with a debit or a credit.", field="lines")
    if any(amount != amount.quantize(Decimal("0.01")) for _, amount in lines):
        raise InvalidInput("An amount has at most two decimals.", field="lines")
    total = sum((amount for _, amount in lines), ZERO)
    if total:
        raise InvalidInput(f"Debits and credits differ by {abs(total):,.2f}.", field="lines")
    if on > business_date():
        raise InvalidInput("The day is in the future.", field="on")
    closed = closed_through()
    if closed and on <= closed:
        raise InvalidInput(f"The books are closed through {closed:%-d %b %Y}; take a later day.", field="on")
    known = GLAccount.objects.in_bulk([account for account, _ in lines])
    for account, _ in lines:
        found = known.get(account)
        if found is None or not found.is_active:
            raise InvalidInput("There is no such account in use.", field="lines")
        if found.role in CONTROL:
            raise InvalidInput(
                f"{found} is kept by the loans themselves; an entry by hand would part it from them.", field="lines"
            )


# The books' side of the sub-ledger: only loans move these.
CONTROL = frozenset(
    {"loans", "interest_receivable", "fees_receivable", "penalties_receivable", "overpayments", "savings", "merchants"}
)


def decide_journal(*, journal_id: UUID, by: Account, post: bool, reason: str = "") -> ManualJournal:
    """Posts a proposed journal, or declines it. Never by the person who proposed it.

    Raises:
        NotFound, WrongState: gone or decided. NotAllowed: duty, or own proposal. InvalidInput: no reason to decline,
        or its day was closed meanwhile.
    """
    if not by.may(Action.POST_JOURNAL):
        raise NotAllowed(f"Your duties do not include this: {Action.POST_JOURNAL.label}.")
    with acting(actor_of(by)):
        journal = ManualJournal.objects.select_for_update().filter(pk=journal_id).first()
        if journal is None:
            raise NotFound("There is no such journal.")
        if journal.status != ManualJournal.Status.PROPOSED:
            raise WrongState(f"This journal is already {journal.get_status_display().lower()}.")
        if journal.maker_id == by.pk:
            raise NotAllowed("You proposed this entry; a second person posts it.")
        if not post and not reason.strip():
            raise InvalidInput("Give a reason; it stays with the record.", field="reason")
        if post:
            require_home()
            lines = [(UUID(line["account"]), Decimal(line["amount"])) for line in journal.lines]
            _check(journal.posted_on, journal.narrative, lines)
            amounts: dict[UUID, Decimal] = {}
            for account, amount in lines:
                amounts[account] = amounts.get(account, ZERO) + amount
            journal.entry = post_entry(
                source=JournalEntry.Source.MANUAL,
                on=journal.posted_on,
                narrative=journal.narrative,
                amounts=amounts,
                by=actor_of(by),
            )
        journal.status = ManualJournal.Status.POSTED if post else ManualJournal.Status.DECLINED
        journal.decided_by, journal.decided_reason = by.full_name, reason.strip()[:500]
        journal.save()
        return journal
