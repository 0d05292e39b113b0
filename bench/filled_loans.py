"""Thousands of loans like one that was lent by the services, with all that is kept of it, by one statement."""

from __future__ import annotations

from uuid import UUID

# Loans as the one that was lent by the services, with its events, schedule and books.
FILL = """
    WITH base AS (SELECT * FROM loans_loan WHERE id = %(base)s),
    made AS (
        INSERT INTO loans_loan (id, node, number, borrower_id, product_id, product_version, terms_agreed, principal,
                                purpose, submitted_on)
        SELECT public.letsema_uuid7(), 'A', 'B' || n, b.borrower_id, b.product_id, 1, b.terms_agreed, b.principal, '',
               b.submitted_on FROM base b, generate_series(1, %(loans)s) n
        RETURNING id),
    events AS (
        INSERT INTO loans_loanevent (id, recorded_at, node, loan_id, type, value_date, amount, channel, reference,
                                     reason, actor_id, actor_name, idempotency_key, number, payload)
        SELECT public.letsema_uuid7(), e.recorded_at, 'A', m.id, e.type, e.value_date, e.amount, e.channel, '',
               e.reason, e.actor_id, e.actor_name, '', e.number, e.payload
          FROM made m, loans_loanevent e WHERE e.loan_id = %(base)s
        RETURNING id, loan_id, type),
    coverage AS (
        INSERT INTO loans_positioncoverage
        SELECT (jsonb_populate_record(c, jsonb_build_object('loan_id', e.loan_id, 'last_fact', e.id))).*
          FROM loans_positioncoverage c JOIN loans_loanevent l ON l.id = c.last_fact JOIN events e ON e.type = l.type
         WHERE c.loan_id = %(base)s),
    positions AS (
        INSERT INTO loans_position
        SELECT (jsonb_populate_record(p, jsonb_build_object('loan_id', m.id, 'id', nextval(%(positions)s)))).*
          FROM made m, loans_position p WHERE p.loan_id = %(base)s),
    installment_positions AS (
        INSERT INTO loans_installmentposition
        SELECT (jsonb_populate_record(p, jsonb_build_object('loan_id', m.id, 'id', nextval(%(parts)s)))).*
          FROM made m, loans_installmentposition p WHERE p.loan_id = %(base)s),
    states AS (
        INSERT INTO loans_loanstate
        SELECT (jsonb_populate_record(s, jsonb_build_object('loan_id', m.id))).*
          FROM made m, loans_loanstate s WHERE s.loan_id = %(base)s),
    earnings AS (
        INSERT INTO loans_earning
        SELECT (jsonb_populate_record(s, jsonb_build_object('loan_id', m.id))).*
          FROM made m, loans_earning s WHERE s.loan_id = %(base)s),
    installments AS (
        INSERT INTO loans_installment
        SELECT (jsonb_populate_record(i, jsonb_build_object('loan_id', m.id, 'id', public.letsema_uuid7()))).*
          FROM made m, loans_installment i WHERE i.loan_id = %(base)s),
    entries AS (
        INSERT INTO loans_journalentry (id, node, source, posted_on, value_date, narrative, loan_id, actor_name)
        SELECT public.letsema_uuid7(), 'A', 'loan', current_date, current_date, 'Filled', m.id, '' FROM made m
        RETURNING id, posted_on, loan_id)
    INSERT INTO loans_journalline (id, node, entry_id, account_id, amount, posted_on, loan_id)
    SELECT public.letsema_uuid7(), 'A', e.id, l.account_id, l.amount, e.posted_on, e.loan_id
      FROM entries e, loans_journalline l WHERE l.loan_id = %(base)s
"""


def loans_filled(base: UUID, count: int) -> list[UUID]:
    """So many loans like the one there is."""
    from apps.loans.book.models import Loan
    from apps.mfis.core.database import execute

    keys = {"positions": "loans_position_id_seq", "parts": "loans_installmentposition_id_seq"}
    execute(FILL, {"base": base, "loans": count, **keys})
    execute("ANALYZE")
    return list(Loan.objects.filter(number__startswith="B").values_list("pk", flat=True))
