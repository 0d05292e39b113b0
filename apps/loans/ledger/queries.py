"""What the ledger asks the database in SQL: income earned, the ageing, the locks of the books, and every invariant."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from apps.mfis.core.database import execute, fetch_all, fetch_one
from apps.mfis.core.prepared import Query
from apps.mfis.core.rows import as_array, as_arrays


class Earned(NamedTuple):
    """Interest earned, and fees and penalties fallen due."""

    interest: Decimal
    fees: Decimal
    penalties: Decimal


# Interest is earned evenly over an installment's period; the part of a running one is rounded for each loan. What a
# loan that has ended was paid is earned, whenever it would have fallen due; one charged off earns what is paid on it.
# What was brought with a loan that was taken on had been earned elsewhere.
EARNED = """
    SELECT product_id, sum(interest), sum(fees), sum(penalties) FROM (
        SELECT l.product_id,
               CASE WHEN of.ended THEN i.interest - i.brought_interest WHEN i.days = 0 THEN 0
                    ELSE round((i.interest - i.brought_interest) * (%(day)s - (i.due_date - i.days)) / i.days, 2)
                     END AS interest,
               CASE WHEN of.ended THEN i.fees - i.brought_fees ELSE 0 END AS fees,
               CASE WHEN of.ended THEN i.penalties - i.brought_penalties ELSE 0 END AS penalties
          FROM loans_installment i
          JOIN loans_loan l ON l.id = i.loan_id
          JOIN loans_loanstate s ON s.loan_id = l.id JOIN loans_earning e ON e.loan_id = l.id
         CROSS JOIN LATERAL (SELECT i.due_date <= %(day)s OR s.closed_on <= %(day)s AS ended) of
         WHERE coalesce(s.taken_on, s.disbursed_on) <= %(day)s
           AND (of.ended OR i.due_date - i.days < %(day)s) AND NOT (s.status = 'charged_off' AND e.closed_on <= %(day)s)
        UNION ALL
        SELECT e.product_id, e.total_interest, e.total_fees, e.total_penalties
          FROM loans_earning e JOIN loans_loanstate s ON s.loan_id = e.loan_id
         WHERE s.status = 'charged_off' AND e.closed_on <= %(day)s
    ) part GROUP BY product_id
"""

# The same from the narrow rows, which stand for days from yesterday on.
EARNED_LATELY = """
    SELECT product_id,
           sum(CASE WHEN closed_on <= %(day)s THEN total_interest
                    WHEN due IS NULL OR start >= %(day)s THEN earned
                    WHEN due <= %(day)s THEN earned + interest
                    ELSE earned + round(interest * (%(day)s - start) / (due - start), 2) END),
           sum(CASE WHEN closed_on <= %(day)s THEN total_fees ELSE fees END),
           sum(CASE WHEN closed_on <= %(day)s THEN total_penalties ELSE penalties END)
      FROM loans_earning GROUP BY product_id
"""

# Loans whose running installment has fallen due go on to the next one that has not. They are few a day: found by their
# place (ctid) and looked up one by one, or the planner would read every installment there is. A row that a receipt
# changes meanwhile is placed by its own fold.
GO_ON = """
    UPDATE loans_earning e
       SET (start, due, interest, earned, fees, penalties) = (
            SELECT coalesce((array_agg(i.due_date - i.days ORDER BY i.due_date, i.interest DESC)
                             FILTER (WHERE i.due_date > %(day)s))[1], %(day)s),
                   min(i.due_date) FILTER (WHERE i.due_date > %(day)s),
                   coalesce((array_agg(i.interest - i.brought_interest ORDER BY i.due_date, i.interest DESC)
                             FILTER (WHERE i.due_date > %(day)s))[1], 0),
                   coalesce(sum(i.interest - i.brought_interest) FILTER (WHERE i.due_date <= %(day)s), 0),
                   coalesce(sum(i.fees - i.brought_fees) FILTER (WHERE i.due_date <= %(day)s), 0),
                   coalesce(sum(i.penalties - i.brought_penalties) FILTER (WHERE i.due_date <= %(day)s), 0)
              FROM loans_installment i WHERE i.loan_id = e.loan_id)
     WHERE e.ctid = ANY (ARRAY(SELECT ctid FROM loans_earning WHERE due <= %(day)s))
"""


def earned_by_installments(day: date) -> dict[UUID, Earned]:
    """What each product has earned up to and with any `day`, from the installments themselves."""
    return _by_product(fetch_all(EARNED, {"day": day}))


def earned_by_running_rows(day: date) -> dict[UUID, Earned]:
    """The same for a day from yesterday on, from the narrow row of each loan, a twelfth of what the above reads.

    Rows whose installment has fallen due go on to the next one first.
    """
    execute(GO_ON, {"day": day})
    return _by_product(fetch_all(EARNED_LATELY, {"day": day}))


def _by_product(rows: list[tuple[UUID, Decimal, Decimal, Decimal]]) -> dict[UUID, Earned]:
    return {product: Earned(*amounts) for product, *amounts in rows}


# The days fall from bucket to bucket, and width_bucket wants them rising.
AGEING = """
    SELECT coalesce(cardinality(%(days)s::date[]) - width_bucket(oldest_due_date - 1, %(days)s::date[]), 0),
           sum(principal_outstanding), count(*)
      FROM loans_loanstate WHERE status = 'active' GROUP BY 1
"""


def ageing_sums(past_due_from: list[date]) -> dict[int, tuple[Decimal, int]]:
    """Principal and number of active loans by bucket: 0 for not past due, n from the nth of the falling days on."""
    rows = fetch_all(AGEING, {"days": sorted(past_due_from)})
    return {bucket: (principal, loans) for bucket, principal, loans in rows}


BOOKS_LOCK = "public.letsema_books_lock(current_schema())"


def share_books_lock() -> None:
    """Keeps the books from being closed until the transaction ends; any number of postings hold this at once."""
    execute(f"SELECT pg_advisory_xact_lock_shared({BOOKS_LOCK})")


Rows = Collection[Sequence[Any]]


class Books(NamedTuple):
    """What the books hold for a loan, by account, and the last day that is closed, under the shared lock."""

    posted: dict[UUID, Decimal]
    closed: date | None


# Two statements on one way: the second begins, and so looks, once the lock is had.
LOOK = f"""
    SELECT pg_advisory_xact_lock_shared({BOOKS_LOCK});
    SELECT loan_id, account_id, sum(amount), NULL::date FROM loans_journalline
     WHERE loan_id = ANY (%s::uuid[]) GROUP BY loan_id, account_id
     UNION ALL SELECT NULL, NULL, NULL, max(through) FROM loans_periodclosing
"""  # noqa: S608 - a constant


def look_at_books(loan_ids: Collection[UUID]) -> dict[UUID, Books]:
    """What the books hold for each of these loans. They are not closed until the transaction ends."""
    *rows, (_, _, _, closed) = sorted(fetch_all(LOOK, [as_array(loan_ids)]), key=lambda row: row[0] is None)
    books = {loan_id: Books({}, closed) for loan_id in loan_ids}
    for loan_id, account, amount, _ in rows:
        books[loan_id].posted[account] = amount
    return books


ACCOUNTS = """
    SELECT 1 AS place, NULL::uuid AS product_id, role, id, code FROM loans_glaccount WHERE role <> ''
     UNION ALL SELECT 2, product_id, role, account_id, '' FROM loans_accountmapping
     ORDER BY place, code, role
"""


def accounts_in_use() -> list[tuple[UUID | None, str, UUID]]:
    """Each posting role's account: the usual ones, then those of products with their own."""
    return [(product, role, account) for _, product, role, account, _ in fetch_all(ACCOUNTS)]


# The lines follow from the entries, so that each finds its own written before it.
ENTRIES = Query.cast(
    "write_entries",
    """
    WITH entry AS (
        INSERT INTO loans_journalentry (node, id, source, posted_on, value_date, narrative, loan_id, event_id,
                                        product_id, actor_id, actor_name)
        SELECT %s::text, w.*
          FROM unnest(%s::uuid[], %s::text[], %s::date[], %s::date[], %s::text[], %s::uuid[], %s::uuid[], %s::uuid[],
                      %s::uuid[], %s::text[]) AS w
        RETURNING id, posted_on, loan_id)
    INSERT INTO loans_journalline (id, node, entry_id, account_id, amount, posted_on, loan_id)
    SELECT w.id, %s::text, entry.id, w.account_id, w.amount, entry.posted_on, entry.loan_id
      FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::numeric[]) AS w (id, entry_id, account_id, amount)
      JOIN entry ON entry.id = w.entry_id
    """,
)


def entries_written(node: str, entries: Rows, lines: Rows) -> tuple[Query, list[Any]]:
    """What writes entries with their lines: rows of the columns of `ENTRIES`."""
    return ENTRIES, [node, *as_arrays(entries, 10), node, *as_arrays(lines, 4)]


def take_books_lock() -> None:
    """Keeps everything from being posted until the transaction ends: closing a period needs the books alone."""
    execute(f"SELECT pg_advisory_xact_lock({BOOKS_LOCK})")


def take_turn(what: str) -> None:
    """Of several sessions that do the same in one MFI's books at once, the second looks once the first has ended."""
    execute("SELECT pg_advisory_xact_lock(hashtextextended(concat(current_schema(), '.', %s), 0))", [what])


def present_actor() -> str:
    """Whom changes of this transaction are put down to, as the database keeps it; "" where nobody is named."""
    row = fetch_one("SELECT coalesce(current_setting('letsema.actor', true), '')")
    return str(row[0]) if row else ""


def restore_actor(setting: str) -> None:
    """Puts what follows in the transaction down to whom `present_actor` said."""
    execute("SELECT set_config('letsema.actor', %s, true)", [setting])


class Unbalanced(NamedTuple):
    """An entry that is not as an entry must be: zero in all, two lines or more, all on its own day."""

    entry: UUID
    difference: Decimal
    lines: int
    on_another_day: int


UNBALANCED = """
    SELECT e.id, coalesce(sum(l.amount), 0), count(l.id), count(l.id) FILTER (WHERE l.posted_on <> e.posted_on)
      FROM loans_journalentry e LEFT JOIN loans_journalline l ON l.entry_id = e.id
     GROUP BY e.id
    HAVING coalesce(sum(l.amount), 0) <> 0 OR count(l.id) < 2
        OR count(l.id) FILTER (WHERE l.posted_on <> e.posted_on) > 0
"""


def unbalanced_entries() -> list[Unbalanced]:
    return [Unbalanced._make(row) for row in fetch_all(UNBALANCED)]


# The closing's own entries carry the instant of the closing at the latest.
POSTED_AFTER_CLOSING = """
    SELECT e.id, e.posted_on, c.through
      FROM loans_journalentry e
      JOIN loans_periodclosing c ON c.through >= e.posted_on AND c.recorded_at < e.recorded_at
"""


def entries_after_closing() -> list[tuple[UUID, date, date]]:
    """Entries that were posted after their period was closed: key, day, and the day it was closed through."""
    return [(entry, day, through) for entry, day, through in fetch_all(POSTED_AFTER_CLOSING)]


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


def broken_links() -> list[tuple[UUID, str, int, str]]:
    """Events whose link in their node's chain does not hold: key, node, place in the chain, and why."""
    return [(event, node, seq, why) for event, node, seq, why in fetch_all(CHAIN)]


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


MOVE_HEADS = "SET CONSTRAINTS letsema_move_head IMMEDIATE; SET CONSTRAINTS letsema_move_head DEFERRED;"


def broken_heads() -> list[tuple[str, int, int]]:
    """Chains whose head is not their last event as recorded: node, place of the head, place of the last event."""
    execute(MOVE_HEADS)  # which they else do at the end of a transaction
    return [(node, seq, last) for node, seq, last in fetch_all(HEADS)]


class Reference(NamedTuple):
    """A column whose values must be keys of another table."""

    table: str
    column: str
    target: str


REFERENCES = (
    Reference("loans_loanevent", "loan_id", "loans_loan"),
    Reference("loans_loanevent", "reverses_id", "loans_loanevent"),
    Reference("loans_loan", "borrower_id", "users_account"),
    Reference("loans_loan", "product_id", "loans_product"),
    Reference("loans_loanstate", "loan_id", "loans_loan"),
    Reference("loans_installment", "loan_id", "loans_loan"),
    Reference("loans_journalentry", "loan_id", "loans_loan"),
    Reference("loans_journalentry", "event_id", "loans_loanevent"),
    Reference("loans_journalline", "entry_id", "loans_journalentry"),
    Reference("loans_journalline", "account_id", "loans_glaccount"),
)


def missing_rows(reference: Reference) -> list[UUID]:
    """Keys that the column names and the other table does not have; twenty at the most."""
    sql = """
        SELECT t.{column} FROM {table} t WHERE t.{column} IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM {target} x WHERE x.id = t.{column}) LIMIT 20
    """
    return [row for (row,) in fetch_all(sql.format(**reference._asdict()))]


HELD = "SELECT account_id, sum(amount) FROM loans_journalline GROUP BY account_id"

HELD_BY_LOANS = """
    SELECT l.account_id, sum(l.amount) FROM loans_journalline l JOIN loans_journalentry e ON e.id = l.entry_id
     WHERE e.source IN ('loan', 'opening') GROUP BY l.account_id
"""

OUTSTANDING = """
    SELECT coalesce(sum(principal_outstanding) FILTER (WHERE status <> 'charged_off'), 0), coalesce(sum(overpaid), 0)
      FROM loans_loanstate
"""


def held_by_account() -> dict[UUID, Decimal]:
    """What each account holds, debit above zero."""
    return dict(fetch_all(HELD))


def held_by_loan_entries() -> dict[UUID, Decimal]:
    """What the loans' own entries, and those by which they were taken on, have brought to each account."""
    return dict(fetch_all(HELD_BY_LOANS))


def outstanding_and_overpaid() -> tuple[Decimal, Decimal]:
    """The sub-ledger's side of the control accounts: principal that is an asset, and what is owed to borrowers."""
    [(outstanding, overpaid)] = fetch_all(OUTSTANDING)
    return outstanding, overpaid
