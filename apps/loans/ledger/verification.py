"""Whether the books of an MFI hold together: every invariant of the engine and of the ledger, each break named."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from uuid import UUID

from apps.loans.book.facts import standing
from apps.loans.book.models import EventType, Loan, LoanEvent
from apps.loans.book.projection import fold_loan
from apps.loans.book.projection_check import differences
from apps.loans.domain.snapshot import LoanSnapshot
from apps.loans.ledger import queries
from apps.loans.ledger.accrual import PAIRS
from apps.loans.ledger.chart import accounts_by_role, accounts_of
from apps.loans.ledger.floor import HELD
from apps.loans.ledger.models import BooksCheck, JournalEntry
from apps.loans.ledger.money_held import money_miscounted
from apps.loans.ledger.opening import opening_differences
from apps.loans.ledger.post import ZERO, posted_for, wanted_for
from apps.loans.products.models import Policy, the_policy
from apps.mfis.core.actor import Actor
from apps.mfis.core.commands import command
from apps.mfis.core.roles import Action

MOST_BREAKS = 200  # kept with a check; more would say no more

EVERY = 500  # loans between two words of progress

# What brings money to a loan, as the engine calls it.
COMES_IN = frozenset({"repayment", "down_payment", "goodwill_credit"})

Progress = Callable[[int], None]


@command(Action.CLOSE_BOOKS, own_transaction=True)
def check_books(*, actor: Actor, progress: Progress | None = None) -> BooksCheck:
    """Runs every check in the current schema and keeps what it found. `progress` hears how many loans are done.

    It reads for as long as the portfolio is large, so that no transaction is kept open over it.

    Raises:
        NotAllowed: duty.
    """
    started = time.monotonic()
    breaks: list[str] = []
    loans = 0
    for check in CHECKS:
        breaks.extend(check())
    for loan in Loan.objects.select_related("state").order_by("pk").iterator(EVERY):
        loans += 1
        breaks.extend(f"loan {loan.number}: {broken}" for broken in breaks_of(loan))
        if progress and loans % EVERY == 0:
            progress(loans)
    seconds = time.monotonic() - started
    return BooksCheck.objects.create(seconds=seconds, loans=loans, breaks=breaks[:MOST_BREAKS])


def _chain() -> Iterator[str]:
    for event, node, seq, why in queries.broken_links():
        yield f"event {event} (link {node}{seq}): {why}"
    for node, seq, last in queries.broken_heads():
        yield f"chain {node}: its head is link {seq}, which is not the last event (link {last}) as recorded"


def _entries() -> Iterator[str]:
    for entry, difference, lines, on_another_day in queries.unbalanced_entries():
        if difference:
            yield f"entry {entry}: debits and credits differ by {difference}"
        if lines < 2:
            yield f"entry {entry}: has {lines} line(s)"
        if on_another_day:
            yield f"entry {entry}: {on_another_day} line(s) on another day"


def _closed() -> Iterator[str]:
    for entry, day, through in queries.entries_after_closing():
        yield f"entry {entry}: posted on {day} after the books were closed through {through}"


def _money() -> Iterator[str]:
    for account, parts, lines in money_miscounted(HELD):
        yield f"account {account}: holds {lines} by its lines, {parts} as pay-outs count it"


def _references() -> Iterator[str]:
    for reference in queries.REFERENCES:
        for row in queries.missing_rows(reference):
            yield f"{reference.table}.{reference.column}: {row} does not exist in {reference.target}"


Accounts = dict[str, set[UUID]]


def _control_accounts() -> Accounts:
    """The accounts of each control role; none where a product's own account serves two: compared loan by loan."""
    accounts = {role: accounts_of(role) for role in ("loans", "overpayments", *(pair[0] for pair in PAIRS))}
    of_two_roles = len(set().union(*accounts.values())) < sum(map(len, accounts.values()))
    return {} if of_two_roles else accounts


def _sum_of(accounts: set[UUID], amounts: dict[UUID, Decimal]) -> Decimal:
    return sum((amounts.get(account, ZERO) for account in accounts), ZERO)


def _control() -> Iterator[str]:
    """The control accounts of principal against the sub-ledger: what all loans together hold."""
    accounts = _control_accounts()
    if not accounts:
        return
    held = queries.held_by_account()
    outstanding, overpaid = queries.outstanding_and_overpaid()
    for role, wanted in (("loans", outstanding), ("overpayments", -overpaid)):
        in_books = _sum_of(accounts[role], held)
        if in_books != wanted:
            yield f"control account {role} holds {in_books}, the loans {wanted}"


def _receivables() -> Iterator[str]:
    """The receivables against what all loans have earned and not received, on the day of the last accrual.

    From the installments themselves, not from the rows the accrual reads.
    """
    accounts, day = _control_accounts(), _last_accrual()
    if not accounts or day is None:
        return
    held, received = queries.held_by_account(), queries.held_by_loan_entries()
    earned = queries.earned_by_installments(day).values()
    for place, (role, _) in enumerate(PAIRS):
        wanted = sum((figures[place] for figures in earned), ZERO) + _sum_of(accounts[role], received)
        in_books = _sum_of(accounts[role], held)
        if in_books != wanted:
            yield f"control account {role} holds {in_books}, the loans have earned and not received {wanted}"


def _last_accrual() -> date | None:
    """The day the books were last accrued to, if nothing has happened since that the next day end will bring up."""
    if the_policy().recognition != Policy.Recognition.ACCRUAL:
        return None
    accruals = JournalEntry.objects.filter(source=JournalEntry.Source.ACCRUAL).order_by("-value_date", "-recorded_at")
    last = accruals.values_list("value_date", "recorded_at").first()
    if last is None or LoanEvent.objects.filter(recorded_at__gt=last[1]).exists():
        return None
    return last[0]


def _openings() -> Iterator[str]:
    """What loans brought from another system, against the entries by which they were taken on."""
    yield from opening_differences()


# What holds for the books as a whole, each check naming its breaks.
CHECKS: tuple[Callable[[], Iterator[str]], ...] = (
    _chain,
    _entries,
    _closed,
    _money,
    _references,
    _control,
    _receivables,
    _openings,
)


def breaks_of(loan: Loan) -> Iterator[str]:
    """The projection against the fold, the books against the fold, and the fold against itself."""
    yield from differences(loan)
    events = list(loan.events.in_booking_order())
    folded = fold_loan(loan, events=events, as_of=loan.state.folded_on)
    yield from _posted(loan, folded, events)
    yield from _receipts(folded)
    yield from _principal(folded)
    yield from _brought(folded, events)


def _posted(loan: Loan, folded: LoanSnapshot, events: list[LoanEvent]) -> Iterator[str]:
    """What the books hold for the loan against what they must."""
    wanted, held = wanted_for(loan, folded, events), posted_for(loan)
    role_of = {account: role for role, account in accounts_by_role(loan.product_id).items()}
    for account in {*wanted, *held}:
        in_books, asked = held.get(account, ZERO), wanted.get(account, ZERO)
        if in_books != asked:
            yield f"the books hold {in_books} in {role_of.get(account, account)}, the fold asks for {asked}"


def _receipts(folded: LoanSnapshot) -> Iterator[str]:
    """What came in is what was allocated, or is overpaid."""
    standing = [movement for movement in folded.transactions if not movement.undone]
    received = sum((m.amount for m in standing if m.split and m.type in COMES_IN), ZERO)
    received -= sum((m.amount for m in standing if m.type == "refund"), ZERO)
    allocated = folded.total_paid + folded.overpaid
    if allocated != received:
        yield f"receipts of {received} are allocated as {allocated}"


def _principal(folded: LoanSnapshot) -> Iterator[str]:
    """What was lent and not given up is what falls due."""
    lent = folded.disbursed - folded.brought.repaid - folded.written_off["principal"]
    if folded.disbursed_on and folded.due("principal") != lent:
        yield f"principal due is {folded.due('principal')}, lent and not written off {lent}"


def _brought(folded: LoanSnapshot, events: list[LoanEvent]) -> Iterator[str]:
    """What the loan brought from another system, as the books were told, against the fold."""
    for event in standing(events):
        told = event.payload.get("opening", {}) if event.type == EventType.TAKEN_ON else {}
        for component, amount in told.items():
            if Decimal(amount) != folded.brought.opening[component]:
                yield f"it brought {amount} of {component}, the fold says {folded.brought.opening[component]}"
