"""What every booking asks and writes: loans under their locks, transfers and what is drawn on them, facts, tellings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from apps.loans.book.models import EventType, Loan, LoanState, Transfer
from apps.loans.products.models import Product
from apps.mfis.core.database import fetch_all
from apps.mfis.core.prepared import Query
from apps.mfis.core.rows import Columns, as_array, as_arrays
from apps.users.accounts.models import Account, BorrowerProfile

# As `fold_reference` does it; the index of migration 0018 is by this expression.
FOLDED = (
    "coalesce(nullif(upper(regexp_replace(normalize({0}, NFKC), '[^0-9A-Za-z]', '', 'g')), ''), "
    "replace(normalize({0}, NFKC), ' ', ''))"
)

DRAWS_ON_TRANSFERS = (EventType.REPAYMENT, EventType.PAY_OFF, EventType.RECOVERY)


class Draw(NamedTuple):
    """A movement that stands and was paid out of a transfer."""

    loan_id: UUID
    loan_number: str
    type: str
    number: str
    amount: Decimal
    value_date: date
    event_id: UUID


Key = tuple[str, str]  # a transfer's: channel and folded reference


class Known(NamedTuple):
    """What is known of a transfer: what is drawn on it, and what was said of it, the oldest first."""

    draws: list[Draw]
    said: list[Transfer]


SAID = Columns(Transfer, "t")

LOCK_TRANSFERS = """
    SELECT pg_advisory_xact_lock(hashtextextended(concat(current_schema(), '.transfer=', w.channel, ':', w.folded), 0))
      FROM unnest(%s::text[], %s::text[]) AS w (channel, folded)
"""

# Two statements on one way: the second begins, and so looks, once the locks are had. Each transfer is looked up by
# itself (OFFSET 0 keeps it so): for many at once all events would be read through.
KNOWN = f"""
    {LOCK_TRANSFERS};
    SELECT w.channel, w.folded, e.loan_id, e.loan_number, e.type, e.number, e.amount, e.value_date, e.id,
           {SAID.sql}
      FROM unnest(%s::text[], %s::text[]) AS w (channel, folded)
      CROSS JOIN (VALUES (1), (2)) AS part (n)
      LEFT JOIN LATERAL (
           SELECT e.*, l.number AS loan_number FROM loans_loanevent e JOIN loans_loan l ON l.id = e.loan_id
            WHERE part.n = 1 AND e.reference <> '' AND e.channel = w.channel
              AND {FOLDED.format("e.reference")} = w.folded AND e.type = ANY (%s)
              AND NOT EXISTS (SELECT FROM loans_loanevent r WHERE r.reverses_id = e.id) OFFSET 0) e ON true
      LEFT JOIN LATERAL (
           SELECT * FROM loans_transfer t
            WHERE part.n = 2 AND t.channel = w.channel AND t.reference = w.folded OFFSET 0) t ON true
     ORDER BY e.recorded_at, e.id, t.recorded_at, t.id
"""  # noqa: S608 - constants


def lock_transfers(keys: Collection[Key]) -> dict[Key, Known]:
    """Keeps others from these transfers until the transaction ends. Returns what is known of each."""
    columns = as_arrays(sorted(keys), 2)
    known: dict[Key, Known] = defaultdict(lambda: Known([], []))
    types = [str(kind) for kind in DRAWS_ON_TRANSFERS]
    for channel, folded, *row in fetch_all(KNOWN, [*columns, *columns, types]):
        of = known[channel, folded]
        if row[0] is not None:
            of.draws.append(Draw._make(row[:7]))
        if row[7] is not None:
            of.said.append(SAID.read(row[7:]))
    return known


STATE, LOAN, PRODUCT = Columns(LoanState, "s"), Columns(Loan, "l"), Columns(Product, "d")
BORROWER, PROFILE = Columns(Account, "b"), Columns(BorrowerProfile, "p")

# The rows are locked in the order in which they come, so that of two who lock the same loans none waits for ever.
LOCK_LOANS = Query.cast(
    "lock_loans",
    f"""
    SELECT {STATE.sql}, {LOAN.sql}, {PRODUCT.sql}, {BORROWER.sql}, {PROFILE.sql}
      FROM loans_loanstate s
      JOIN loans_loan l ON l.id = s.loan_id
      JOIN loans_product d ON d.id = l.product_id
      JOIN users_account b ON b.id = l.borrower_id
      LEFT JOIN users_borrowerprofile p ON p.account_id = b.id
     WHERE s.loan_id = ANY (%s::uuid[]) ORDER BY s.loan_id FOR UPDATE OF s
    """,  # noqa: S608 - constants
)


def lock_states(loan_ids: Collection[UUID]) -> list[LoanState]:
    """The states of these loans, locked until the transaction ends; with loan, product, borrower and profile."""
    known: dict[Any, Any] = {}  # many loans are of one product
    return [_locked(row, known) for row in LOCK_LOANS.rows(as_array(loan_ids))]


def lock_states_by_orm(loan_ids: Collection[UUID]) -> list[LoanState]:
    """The same as `lock_states`, as it would stand here were there no receipts."""
    states = LoanState.objects.select_for_update(of=("self",)).filter(pk__in=loan_ids).order_by("pk")
    return list(states.select_related("loan__product", "loan__borrower__profile"))


def _locked(row: Sequence[Any], known: dict[Any, Any]) -> LoanState:
    parts: list[Any] = []
    begin = 0
    for columns in (STATE, LOAN, PRODUCT, BORROWER, PROFILE):
        values, begin = row[begin : begin + columns.width], begin + columns.width
        key = (columns, values[0])
        if key not in known:
            known[key] = columns.read(values) if values[0] is not None else None
        parts.append(known[key])
    state, loan, product, borrower, profile = parts
    state.loan, loan.product, loan.borrower = loan, product, borrower
    if profile:
        profile.account = borrower
    else:
        borrower._state.fields_cache["profile"] = None
    locked: LoanState = state
    return locked


# A transfer is stated with the first fact that draws on it. Rows are chained in the order in which they are given.
RECORD = Query.cast(
    "record_facts",
    """
    WITH stated AS (
        INSERT INTO loans_transfer (id, node, channel, reference, written, amount, value_date, payer, actor_id,
                                    actor_name)
        SELECT w.id, %s::text, w.channel, w.reference, w.written, w.amount, w.value_date, w.payer, w.actor_id,
               w.actor_name
          FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::numeric[], %s::date[], %s::text[],
                      %s::uuid[], %s::text[])
               AS w (id, channel, reference, written, amount, value_date, payer, actor_id, actor_name))
    INSERT INTO loans_loanevent (node, id, recorded_at, loan_id, type, value_date, amount, channel, reference, reason,
                                 reverses_id, actor_id, actor_name, idempotency_key, number, payload)
    SELECT %s::text, w.*
      FROM unnest(%s::uuid[], %s::timestamptz[], %s::uuid[], %s::text[], %s::date[], %s::numeric[], %s::text[],
                  %s::text[], %s::text[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::jsonb[]) AS w
    """,
)


def facts_written(
    node: str, transfers: Collection[Sequence[Any]], events: Collection[Sequence[Any]]
) -> tuple[Query, list[Any]]:
    """What writes transfers and events: rows of the columns of `RECORD`."""
    return RECORD, [node, *as_arrays(transfers, 9), node, *as_arrays(events, 15)]


# What is queued of an event for credit histories and for its borrower. A message that was queued before stays.
TELL = Query.cast(
    "tell",
    """
    WITH told AS (
        INSERT INTO credit_outboxentry (id, account, event_type, payload, attempts, last_error, set_aside)
        SELECT w.id, w.account, w.event_type, w.payload, 0, '', false
          FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::jsonb[]) AS w (id, account, event_type, payload))
    INSERT INTO users_message (id, key, account_id, address, about, channel, "values", status, queued_at, send_after,
                               attempts, error)
    SELECT w.id, w.key, w.account, '', w.about, w.channel, w.told, 'waiting', w.at, w.at, 0, ''
      FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::text[], %s::text[], %s::jsonb[], %s::timestamptz[])
           AS w (id, key, account, about, channel, told, at)
        ON CONFLICT (key) DO NOTHING
    """,
)


def tellings_written(outbox: Collection[Sequence[Any]], messages: Collection[Sequence[Any]]) -> tuple[Query, list[Any]]:
    """What queues entries of the outbox and messages: rows of the columns of `TELL`."""
    return TELL, [*as_arrays(outbox, 4), *as_arrays(messages, 7)]
