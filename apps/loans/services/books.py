"""Whether the books of an MFI hold together: every invariant of the engine and of the ledger, each break named."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from uuid import UUID

from apps.loans.ledger.accrual import EARNED, PAIRS
from apps.loans.ledger.chart import accounts_by_role, accounts_of
from apps.loans.ledger.post import posted_for
from apps.loans.ledger.rules import targets
from apps.loans.models import BooksCheck, JournalEntry, Loan, LoanEvent
from apps.loans.models.policy import the_policy
from apps.loans.projection import fold_loan
from apps.loans.services.projection_check import differences
from apps.mfis.database import connection

MOST_BREAKS = 200  # kept with a check; more would say no more

ENTRIES = """
    SELECT e.id, coalesce(sum(l.amount), 0), count(l.id), count(l.id) FILTER (WHERE l.posted_on <> e.posted_on)
      FROM loans_journalentry e LEFT JOIN loans_journalline l ON l.entry_id = e.id
     GROUP BY e.id
    HAVING coalesce(sum(l.amount), 0) <> 0 OR count(l.id) < 2
        OR count(l.id) FILTER (WHERE l.posted_on <> e.posted_on) > 0
"""
# Posted after its period was closed: the closing's own entries carry the instant of the closing at the latest.
CLOSED = """
    SELECT e.id, e.posted_on, c.through
      FROM loans_journalentry e
      JOIN loans_periodclosing c ON c.through >= e.posted_on AND c.recorded_at < e.recorded_at
"""
CHAIN = """
    WITH recorded AS (
        SELECT * FROM loans_loanevent
        UNION ALL  -- of two events with one key the later gave way; its link is kept
        SELECT (jsonb_populate_record(NULL::loans_loanevent, image)).* FROM public.mfis_discardedfact
         WHERE schema_name = current_schema() AND table_name = 'loans_loanevent'),
    links AS (
        SELECT e.*, lag(chain_hash) OVER w AS previous, lag(chain_seq) OVER w AS before
          FROM recorded e WINDOW w AS (PARTITION BY node ORDER BY chain_seq))
    SELECT id, node, chain_seq,
           CASE WHEN chain_seq IS DISTINCT FROM coalesce(before, 0) + 1 THEN 'a link before it is missing'
                ELSE 'the row is not what was recorded' END
      FROM links
     WHERE chain_seq IS DISTINCT FROM coalesce(before, 0) + 1
        OR chain_hash IS DISTINCT FROM public.letsema_event_digest(
               coalesce(previous, ''), id, loan_id, type, value_date, amount, channel, reference, reason, reverses_id,
               actor_id, actor_name, idempotency_key, number, payload, recorded_at, node)
"""
HEADS = """
    SELECT h.node, h.seq, coalesce(max(e.chain_seq), 0)
      FROM loans_chainhead h LEFT JOIN (
           SELECT node, chain_seq, chain_hash FROM loans_loanevent
           UNION ALL
           SELECT image ->> 'node', (image ->> 'chain_seq')::bigint, (image ->> 'chain_hash')::bytea
             FROM public.mfis_discardedfact
            WHERE schema_name = current_schema() AND table_name = 'loans_loanevent'
           ) e ON e.node = h.node
     GROUP BY h.node, h.seq, h.hash
    HAVING h.seq <> coalesce(max(e.chain_seq), 0)
        OR NOT coalesce(bool_or(e.chain_seq = h.seq AND e.chain_hash = h.hash), h.seq = 0)
"""
ORPHANS = (
    ("loans_loanevent", "loan_id", "loans_loan"),
    ("loans_loanevent", "reverses_id", "loans_loanevent"),
    ("loans_loan", "borrower_id", "users_account"),
    ("loans_loan", "product_id", "loans_product"),
    ("loans_loanstate", "loan_id", "loans_loan"),
    ("loans_installment", "loan_id", "loans_loan"),
    ("loans_journalentry", "loan_id", "loans_loan"),
    ("loans_journalentry", "event_id", "loans_loanevent"),
    ("loans_journalline", "entry_id", "loans_journalentry"),
    ("loans_journalline", "account_id", "loans_glaccount"),
)


def check_books(progress: Callable[[int], None] | None = None) -> BooksCheck:
    """Runs every check in the current schema and keeps what it found. `progress` hears how many loans are done."""
    started = time.monotonic()
    breaks: list[str] = []
    loans = 0
    for check in (_chain, _entries, _closed, _orphans, _control):
        breaks.extend(check())
    for loan in Loan.objects.select_related("state").order_by("pk").iterator(500):
        loans += 1
        breaks.extend(f"loan {loan.number}: {found}" for found in _loan(loan))
        if progress and loans % 500 == 0:
            progress(loans)
    return BooksCheck.objects.create(
        seconds=time.monotonic() - started, loans=loans, breaks=breaks[:MOST_BREAKS] if breaks else []
    )


def _rows(sql: str) -> list[tuple]:  # type: ignore[type-arg]
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def _chain() -> Iterator[str]:
    for event, node, seq, why in _rows(CHAIN):
        yield f"event {event} (link {node}{seq}): {why}"
    for node, seq, last in _rows(HEADS):
        yield f"chain {node}: its head is link {seq}, which is not the last event (link {last}) as recorded"


def _entries() -> Iterator[str]:
    for entry, difference, lines, astray in _rows(ENTRIES):
        if difference:
            yield f"entry {entry}: debits and credits differ by {difference}"
        if lines < 2:
            yield f"entry {entry}: has {lines} line(s)"
        if astray:
            yield f"entry {entry}: {astray} line(s) on another day"


def _closed() -> Iterator[str]:
    for entry, day, through in _rows(CLOSED):
        yield f"entry {entry}: posted on {day} after the books were closed through {through}"


def _orphans() -> Iterator[str]:
    for table, column, target in ORPHANS:
        key = "loan_id" if target == "loans_loanstate" else "id"
        for (row,) in _rows(
            f"SELECT t.{column} FROM {table} t WHERE t.{column} IS NOT NULL "  # noqa: S608 - names from the table above
            f"AND NOT EXISTS (SELECT 1 FROM {target} x WHERE x.{key} = t.{column}) LIMIT 20"
        ):
            yield f"{table}.{column}: {row} does not exist in {target}"


def _control() -> Iterator[str]:
    """The control accounts against the sub-ledger: what all loans together hold."""
    accounts = {role: accounts_of(role) for role in ("loans", "overpayments", *(pair[0] for pair in PAIRS))}
    if len(set().union(*accounts.values())) < sum(map(len, accounts.values())):
        return  # a product's own account serves two of these: compared loan by loan
    book = dict(_rows("SELECT account_id, sum(amount) FROM loans_journalline GROUP BY account_id"))

    def sums(of: dict[UUID, Decimal], role: str) -> Decimal:
        return sum((of.get(account, Decimal(0)) for account in accounts[role]), Decimal(0))

    principal, overpaid = _rows(
        "SELECT coalesce(sum(principal_outstanding) FILTER (WHERE status <> 'charged_off'), 0), "
        "coalesce(sum(overpaid), 0) FROM loans_loanstate"
    )[0]
    for role, wanted in (("loans", principal), ("overpayments", -overpaid)):
        held = sums(book, role)
        if held != wanted:
            yield f"control account {role} holds {held}, the loans {wanted}"
    last = (
        JournalEntry.objects.filter(source=JournalEntry.Source.ACCRUAL)
        .order_by("-value_date", "-recorded_at")
        .values_list("value_date", "recorded_at")
        .first()
    )
    if last is None or the_policy().recognition != "accrual":
        return
    if LoanEvent.objects.filter(recorded_at__gt=last[1]).exists():
        return  # receipts or waivers since: the next day end brings the receivables up
    with connection.cursor() as cursor:  # from the installments themselves, not from the rows the accrual reads
        cursor.execute(EARNED, {"on": last[0]})
        found = [row[1:] for row in cursor.fetchall()]
    paid = _rows(
        "SELECT -coalesce(sum(l.amount), 0), l.account_id FROM loans_journalline l "
        "JOIN loans_journalentry e ON e.id = l.entry_id WHERE e.source = 'loan' GROUP BY l.account_id"
    )
    received = {account: amount for amount, account in paid}
    for place, (role, _) in enumerate(PAIRS):
        wanted = sum((row[place] for row in found), Decimal(0)) - sums(received, role)
        held = sums(book, role)
        if held != wanted:
            yield f"control account {role} holds {held}, the loans have earned and not received {wanted}"


def _loan(loan: Loan) -> Iterator[str]:
    """The projection against the fold, and what the books hold for the loan against what they must."""
    yield from differences(loan)
    events = list(loan.events.order_by("recorded_at", "id"))
    folded = fold_loan(loan, events=events, as_of=loan.state.folded_on)
    accounts = accounts_by_role(loan.product_id)
    wanted: dict[UUID, Decimal] = {}
    for role, amount in targets(folded, events, the_policy().recognition).items():
        wanted[accounts[role]] = wanted.get(accounts[role], Decimal(0)) + amount
    held = posted_for(loan)
    for account in {*wanted, *held}:
        a, b = held.get(account, Decimal(0)), wanted.get(account, Decimal(0))
        if a != b:
            role = next((r for r, key in accounts.items() if key == account), str(account))
            yield f"the books hold {a} in {role}, the fold asks for {b}"
    received = sum(
        (t.amount for t in folded.transactions if t.split and not t.undone and _comes_in(t.type)), Decimal(0)
    )
    refunds = sum((t.amount for t in folded.transactions if t.type == "refund" and not t.undone), Decimal(0))
    if folded.total_paid + folded.overpaid != received - refunds:
        yield f"receipts of {received - refunds} are allocated as {folded.total_paid + folded.overpaid}"
    lent = folded.disbursed - folded.written_off["principal"]
    if folded.disbursed_on and folded.due("principal") != lent:
        yield f"principal due is {folded.due('principal')}, lent and not written off {lent}"


def _comes_in(kind: str) -> bool:
    return kind in ("repayment", "down_payment", "goodwill_credit", "merchant_issued_refund", "payout_refund")
