"""Journals entered by hand: one person proposes, another posts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from apps.loans.ledger.floor import require_not_below_zero
from apps.loans.ledger.models import GLAccount, JournalEntry, ManualJournal
from apps.loans.ledger.post import ZERO, closed_through, post_entry
from apps.loans.ledger.workflow import JOURNAL
from apps.mfis.core.actor import Actor
from apps.mfis.core.clock import business_date
from apps.mfis.core.commands import command
from apps.mfis.core.errors import InvalidInput, NotFound
from apps.mfis.core.roles import Action
from apps.mfis.core.tables import new_id
from apps.mfis.nodes.home import require_home

CENT = Decimal("0.01")
NOBODY = UUID(int=0)  # the maker of what somebody brings in who runs commands on a node's machine
MAXIMUM = Decimal("1000000000.00")  # of one line: capital and borrowings are larger than what moves on a loan

# The books' side of the sub-ledger: only loans move these.
CONTROL = frozenset(
    {"loans", "interest_receivable", "fees_receivable", "penalties_receivable", "overpayments", "savings"}
)

Lines = list[tuple[UUID, Decimal]]  # account and signed amount, debit above zero


@dataclass(frozen=True, slots=True)
class ProposedJournal:
    """A journal that waits for a second person."""

    id: UUID
    narrative: str


@command(Action.PROPOSE_JOURNAL)
def propose_journal(
    *,
    actor: Actor,
    posted_on: date,
    narrative: str,
    lines: Lines,
    journal_id: UUID | None = None,
    idempotency_key: str = "",
) -> ProposedJournal:
    """Proposes an entry: account and signed amount, debit above zero.

    `journal_id` is the key that it gets, for whoever has to find it again.

    Raises:
        NotAllowed: duty. InvalidInput: not balanced, a control account of the loans, a closed or future day.
    """
    check_entry(posted_on, narrative, lines)
    journal = ManualJournal.objects.create(
        id=journal_id or new_id(),
        posted_on=posted_on,
        narrative=narrative.strip(),
        maker_id=actor.id or NOBODY,
        maker_name=actor.name,
        lines=[{"account": str(account), "amount": f"{amount:.2f}"} for account, amount in lines],
    )
    return ProposedJournal(journal.pk, journal.narrative)


def check_entry(posted_on: date, narrative: str, lines: Lines) -> None:
    """Refuses what is no entry that may be posted by hand on that day.

    Raises:
        InvalidInput: naming the field.
    """
    if not narrative.strip():
        raise InvalidInput("Say what the entry is for.", field="narrative")
    _check_amounts([amount for _, amount in lines])
    check_day(posted_on)
    _check_accounts([account for account, _ in lines])


def _check_amounts(amounts: list[Decimal]) -> None:
    if len(amounts) < 2 or any(amount == 0 for amount in amounts):
        raise InvalidInput("An entry has at least two lines, each with a debit or a credit.", field="lines")
    if any(amount != amount.quantize(CENT) for amount in amounts):
        raise InvalidInput("An amount has at most two decimals.", field="lines")
    if any(abs(amount) > MAXIMUM for amount in amounts):
        raise InvalidInput(f"The most that a line can move is {MAXIMUM:,.2f}.", field="lines")
    difference = sum(amounts, ZERO)
    if difference:
        raise InvalidInput(f"Debits and credits differ by {abs(difference):,.2f}.", field="lines")


def check_day(posted_on: date) -> None:
    """Refuses a day on which nothing is posted by hand.

    Raises:
        InvalidInput: it is in the future, or in a closed period.
    """
    if posted_on > business_date():
        raise InvalidInput("The day is in the future.", field="posted_on")
    closed = closed_through()
    if closed and posted_on <= closed:
        raise InvalidInput(f"The books are closed through {closed:%-d %b %Y}; take a later day.", field="posted_on")


def _check_accounts(account_ids: list[UUID]) -> None:
    accounts = GLAccount.objects.in_bulk(account_ids)
    for account_id in account_ids:
        account = accounts.get(account_id)
        if account is None or not account.is_active:
            raise InvalidInput("There is no such account in use.", field="lines")
        check_not_control(account)


def check_not_control(account: GLAccount) -> None:
    """Refuses an account that only the loans' own entries move.

    Raises:
        InvalidInput: naming it.
    """
    if account.role in CONTROL:
        raise InvalidInput(
            f"{account} is kept by the loans themselves; an entry by hand would part it from them.", field="lines"
        )


@command(JOURNAL["post"].duty)
def decide_journal(*, journal_id: UUID, actor: Actor, post: bool, reason: str = "") -> ManualJournal:
    """Posts a proposed journal, or declines it. Never by the person who proposed it.

    Raises:
        NotFound, WrongState: gone or decided. NotAllowed: duty, or own proposal. InvalidInput: no reason to decline,
        or its day was closed meanwhile. BelowZero: an account of money would hold less than nothing. NotHome:
        it is posted at the MFI's home.
    """
    journal = ManualJournal.objects.select_for_update().filter(pk=journal_id).first()
    if journal is None:
        raise NotFound("There is no such journal.")
    step = JOURNAL["post" if post else "decline"]
    standing = f"This journal is already {journal.get_status_display().lower()}"
    step.check(actor, state=journal.status, standing=standing, hands={journal.maker_id}, reason=reason)
    if not step.anywhere:
        require_home()
    if post:
        journal.entry = _post(journal, actor)
    [journal.status] = step.targets
    journal.decided_by, journal.decided_reason = actor.name, reason.strip()[:500]
    journal.save()
    return journal


@command(JOURNAL["withdraw"].duty)
def withdraw_journal(*, journal_id: UUID, actor: Actor, reason: str) -> ManualJournal:
    """Takes a proposed journal back before anybody has decided on it.

    Raises:
        NotFound: no such journal. NotAllowed, WrongState, InvalidInput: duty, decided before, or no reason.
    """
    journal = ManualJournal.objects.select_for_update().filter(pk=journal_id).first()
    if journal is None:
        raise NotFound("There is no such journal.")
    standing = f"This journal is already {journal.get_status_display().lower()}"
    JOURNAL["withdraw"].check(actor, state=journal.status, standing=standing, hands=(), reason=reason)
    [journal.status] = JOURNAL["withdraw"].targets
    journal.decided_by, journal.decided_reason = actor.name, reason.strip()[:500]
    journal.save()
    return journal


def _post(journal: ManualJournal, actor: Actor) -> JournalEntry | None:
    lines = journal.amounts()
    check_entry(journal.posted_on, journal.narrative, lines)
    amounts: dict[UUID, Decimal] = defaultdict(Decimal)
    for account, amount in lines:
        amounts[account] += amount
    require_not_below_zero([amounts])
    return post_entry(
        source=JournalEntry.Source.MANUAL,
        posted_on=journal.posted_on,
        narrative=journal.narrative,
        amounts=amounts,
        actor=actor,
    )
