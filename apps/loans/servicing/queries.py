"""Reporting a payment in one statement: what borrowers send most."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from apps.loans.book.queries.own_loans import ONE
from apps.loans.book.references import fold_reference
from apps.loans.book.workflow import TRANSITIONS
from apps.loans.recording.queries import FOLDED
from apps.mfis.core.actor import Actor, actor_setting
from apps.mfis.core.commands import Identity
from apps.mfis.core.prepared import Query
from apps.mfis.core.tables import this_node

# The day from which a loan takes payments here: its pay-out, or when it was taken on from another system.
LENT_ON = "(SELECT coalesce(s.taken_on, s.disbursed_on) FROM loans_loanstate s WHERE s.loan_id = own.id)"
PAYABLE = sorted(TRANSITIONS["record_repayment"].sources)

# One statement, which is its own transaction. $1 to $8: the notice and whose it is; $9: PAYABLE; $10 to $15: the
# command, without id and lock where it came without a key; $16: whether more than is outstanding may be kept; $17: the
# reference in its one spelling, under which the loan knows no other payment. Nothing is kept unless all is; what comes
# back says why not. The look for an earlier answer is older than the wait for the lock, so that what came first during
# it is not seen, but nothing is kept either.
REPORT = Query(
    "report_payment",
    "uuid, uuid, uuid, numeric, text, text, date, text, text[], text, uuid, text, text, jsonb, bigint, bool, text",
    f"""
    WITH own AS ({ONE}),
    known AS (
        SELECT FROM own JOIN (  -- by its reference: OFFSET 0 keeps all that wait from being gone through
               SELECT n.loan_id, n.status FROM loans_paymentnotice n
                WHERE n.channel = $5 AND {FOLDED.format("n.reference")} = $17 OFFSET 0
               ) n ON n.loan_id = own.id AND n.status = $8
        UNION ALL
        SELECT FROM own JOIN loans_loanevent e ON e.loan_id = own.id
         WHERE e.reference <> '' AND e.channel = $5 AND {FOLDED.format("e.reference")} = $17
           AND e.type IN ('repayment', 'pay_off', 'recovery')
           AND NOT EXISTS (SELECT FROM loans_loanevent r WHERE r.reverses_id = e.id)
    ),
    payable AS (
        SELECT own.id FROM own, (SELECT set_config('letsema.actor', $10, true), pg_advisory_xact_lock($15)) named
         WHERE own.status = ANY($9) AND $7 >= coalesce({LENT_ON}, $7)
           AND ($16 OR $4 <= own.outstanding) AND NOT EXISTS (SELECT FROM known)
    ),
    claimed AS (
        INSERT INTO users_command (id, node, name, actor_id, body_hash, answer)
        SELECT $11, $12, 'report_payment', $1, $13, $14 FROM payable WHERE $11 IS NOT NULL
            ON CONFLICT (id) DO NOTHING RETURNING id
    ),
    kept AS (
        INSERT INTO loans_paymentnotice
               (id, created_at, loan_id, amount, channel, reference, paid_on, status, decided_reason)
        SELECT $3, now(), payable.id, $4, $5, $6, $7, $8, '' FROM payable
         WHERE $11 IS NULL OR EXISTS (SELECT FROM claimed)
        RETURNING id
    )
    SELECT EXISTS (SELECT FROM kept), before.body_hash, before.answer::text, own.status, {LENT_ON},
           own.outstanding, EXISTS (SELECT FROM known)
      FROM (VALUES (1)) always LEFT JOIN own ON true LEFT JOIN users_command before ON before.id = $11
    """,  # noqa: S608 - constants
)


class NewNotice(NamedTuple):
    """A reported payment as it is to be kept."""

    id: UUID
    amount: Decimal
    channel: str
    reference: str
    paid_on: date
    status: str


class Outcome(NamedTuple):
    """Whether a reported payment was kept, and what says why not."""

    kept: bool
    earlier_hash: str | None  # of the command that came before with the same key, with its answer
    earlier_answer: str | None
    loan_status: str | None  # None where the borrower has no such loan
    lent_on: date | None
    outstanding: Decimal | None
    is_known: bool  # the loan has another payment with this reference


def keep_notice(
    *, loan_id: UUID, actor: Actor, notice: NewNotice, sent: Identity | None, answer: str, any_amount: bool
) -> Outcome:
    """Keeps a reported payment on the actor's own loan, with the answer to its key, or nothing at all.

    Of more than is outstanding nothing, unless `any_amount`.
    """
    [row] = REPORT.rows(
        actor.id,
        loan_id,
        *notice,
        PAYABLE,
        actor_setting(actor),
        sent and sent.id,
        this_node(),
        sent and sent.body_hash,
        answer,
        sent and sent.lock,
        any_amount,
        fold_reference(notice.reference),
    )
    return Outcome._make(row)
